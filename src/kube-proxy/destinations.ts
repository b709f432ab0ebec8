import type { L4Proto } from '../net/family.ts';
import type { VerdictElement } from '../nftables/ast.ts';
import type { ServicePortName } from '../plan/service-port-name.ts';

/** What kube-proxy's rules hold for one destination: an address and port, or a node port. */
export interface ListedDestination {
  /** Undefined for a node port. */
  readonly address: string | undefined;
  readonly protocol: L4Proto;
  readonly port: number;
  readonly servicePort: ServicePortName | undefined;
  readonly frontend: VerdictElement['frontend'];
  /** Some packets may be sent to an endpoint; otherwise they are refused or dropped. */
  readonly isServed: boolean;
  /** Where it leads, as listed: a chain, or what becomes of packets. */
  readonly verdict: VerdictElement['verdict'];
  readonly endpoints: readonly ListedEndpoint[];
  /** Networks that its own rules tell clients apart by: source ranges. */
  readonly sources: readonly string[];
}

export interface ListedEndpoint {
  readonly address: string;
  readonly port: number;
}

/** What the rules of one family serve, and by what they tell packets apart. */
export interface ListedFamily {
  readonly destinations: readonly ListedDestination[];
  readonly clusterIPs: readonly string[];
  /** Networks of addresses that node ports listen on. */
  readonly nodePortAddresses: readonly string[];
  /** Networks whose addresses are dropped, unless a Service has them. */
  readonly serviceCIDRs: readonly string[];
  /** Networks of clients: of pods, as a rule. */
  readonly sourceNetworks: readonly string[];
  readonly destinationNetworks: readonly string[];
  readonly interfaces: readonly string[];
  readonly marks: readonly number[];
}

/**
 * Destinations that are both the cluster IP and an external address of a Service, by `10.96.0.10 tcp 80`. Only the
 * iptables mode has a rule for each.
 */
export function listedTwice(destinations: readonly ListedDestination[]): ReadonlySet<string> {
  const kinds = new Map<string, Set<ListedDestination['frontend']>>();
  for (const { address, protocol, port, frontend } of destinations) {
    const key = `${address} ${protocol} ${port}`;
    kinds.set(key, (kinds.get(key) ?? new Set()).add(frontend));
  }
  return new Set(
    [...kinds].flatMap(([key, of]) =>
      of.has('cluster-ip') && (of.has('external-ip') || of.has('load-balancer-ip')) ? key : [],
    ),
  );
}

/**
 * What kube-proxy's names and comments say. A chain of the nftables mode is named
 * `service-2QRHZV4L-shop/web/tcp/http`, that of an endpoint has `__10.1.0.6/8080` behind it (kube-proxy's
 * servicePortChainNameBase); iptables' names are hashes, and the Service stands in comments.
 */
import type { L4Proto } from '../net/family.ts';
import { servicePortIn } from '../nftables/parse/comments.ts';
import type { Frontend } from '../plan/plan.ts';
import type { ServicePortName } from '../plan/service-port-name.ts';

/** What a chain of the nftables mode is for. */
export type ChainPurpose = 'service' | 'local' | 'external' | 'firewall' | 'endpoint';

export interface NamedChain {
  readonly purpose: ChainPurpose;
  readonly servicePort: ServicePortName;
  readonly protocol: L4Proto;
}

const chainName =
  /^(service|local|external|firewall|endpoint)-[A-Z0-9]{8}-([^/]+\/[^/]+)\/(tcp|udp|sctp)\/([^/]*?)(?:__.*)?$/;

/** Undefined for a chain that is not for one ServicePort, or whose name was cut. */
export function chainNamed(name: string): NamedChain | undefined {
  const [, purpose, service, protocol, portName] = chainName.exec(name) ?? [];
  return service === undefined || portName === undefined
    ? undefined
    : {
        purpose: purpose as ChainPurpose,
        servicePort: { service, portName },
        protocol: protocol as L4Proto,
      };
}

/** `shop/web:http has no endpoints`, or `shop/web:http cluster IP`, as comments of the iptables mode begin. */
export function servicePortOfComment(comment: string): ServicePortName | undefined {
  const [, name] = /^"?([a-z0-9.-]+\/[a-z0-9.-]+(?::[^\s"]*)?)(?=$|["\s])/.exec(comment) ?? [];
  return name === undefined ? undefined : servicePortIn(name);
}

/** The chain of the nftables mode that marks packets for masquerading, and does nothing else. */
export const markChain = 'mark-for-masquerade';

/** What a chain of the iptables mode is for. Before 1.24 `external` was another one, which is told apart. */
export type IptablesChainPurpose =
  | 'endpoint'
  | 'external'
  | 'old-external'
  | 'firewall'
  | 'local'
  | 'mark'
  | 'service';

const purposes: Readonly<Record<string, IptablesChainPurpose>> = {
  SEP: 'endpoint',
  EXT: 'external',
  XLB: 'old-external',
  FW: 'firewall',
  SVL: 'local',
  MARK: 'mark',
  SVC: 'service',
};

/** Of kube-proxy's chains and of natc's, which are named alike; undefined for one that is there once. */
export const iptablesChainPurpose = (name: string): IptablesChainPurpose | undefined =>
  purposes[/^(?:KUBE|NATC)-([A-Z]+)-/.exec(name)?.[1] ?? ''];

/** The frontend that a rule's comment says it is for: `shop/web:http cluster IP`. */
export function frontendOfComment(comment: string): Frontend['kind'] | undefined {
  if (comment.endsWith(' cluster IP')) return 'cluster-ip';
  if (comment.endsWith(' external IP')) return 'external-ip';
  return / load-?balancer IP$/.test(comment) ? 'load-balancer-ip' : undefined;
}

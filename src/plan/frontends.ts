/**
 * The destinations of one ServicePort (F1, F3-F5, P6 within a Service).
 */
import type { ServicePort } from '../model/cluster.ts';
import { compareBytes } from './order.ts';
import { origin } from './origin.ts';
import type { AddressFrontend, Frontend, FrontendVerdict, Origin } from './plan.ts';
import type { ServiceAddress, ServiceAddresses } from './service-addresses.ts';

export interface Verdicts {
  readonly internal: FrontendVerdict;
  readonly external: FrontendVerdict;
}

/**
 * Lists the destinations: cluster IP, external IPs, load-balancer IPs (each by the bytes of the
 * address), node port. An address that the Service has twice is served as the later of these, as
 * kube-proxy's nftables mode writes them (P6): external handling wins, and source ranges still apply
 * to an external IP that is a load-balancer IP as well.
 *
 * @param portOrigin of the entry of `spec.ports`.
 */
export function frontendsOf(
  servicePort: ServicePort,
  addresses: ServiceAddresses,
  verdicts: Verdicts,
  portOrigin: Origin,
): readonly Frontend[] {
  const byAddress = new Map<string, AddressFrontend>();
  const add = (
    kind: AddressFrontend['kind'],
    verdict: FrontendVerdict,
    entries: readonly ServiceAddress[],
  ): void => {
    for (const { address, origin: from } of entries) {
      // Deleted first, so that the address moves to its new place in the order.
      byAddress.delete(address);
      byAddress.set(address, { kind, address, port: servicePort.port, verdict, origin: from });
    }
  };
  add('cluster-ip', verdicts.internal, [addresses.clusterIP]);
  add('external-ip', verdicts.external, sorted(addresses.externalIPs));
  add('load-balancer-ip', verdicts.external, sorted(addresses.vips));
  if (servicePort.nodePort === 0) return [...byAddress.values()];
  const nodePort: Frontend = {
    kind: 'node-port',
    port: servicePort.nodePort,
    verdict: verdicts.external,
    origin: origin(portOrigin.object, [...portOrigin.path, 'nodePort']),
  };
  return [...byAddress.values(), nodePort];
}

const sorted = (entries: readonly ServiceAddress[]): readonly ServiceAddress[] =>
  entries.toSorted((a, b) => compareBytes(a.address, b.address));

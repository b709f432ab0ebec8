import type { Service } from '../model/cluster.ts';
import { familyOf } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { addressPaths, fieldAt, origin } from './origin.ts';
import type { Origin } from './plan.ts';
import { clusterIPOf } from './taken-services.ts';

/** An address of a Service and the field that gives it. */
export interface ServiceAddress {
  readonly address: string;
  readonly origin: Origin;
}

/** The addresses of one Service in one family, each list without duplicates. */
export interface ServiceAddresses {
  readonly clusterIP: ServiceAddress;
  readonly externalIPs: readonly ServiceAddress[];
  /** Load-balancer IPs that the proxy serves (L2). */
  readonly vips: readonly ServiceAddress[];
}

/** @returns undefined when the Service does not exist in the family (S5). */
export function serviceAddresses(service: Service, family: IpFamily): ServiceAddresses | undefined {
  const clusterIP = clusterIPOf(service, family);
  if (clusterIP === undefined) return undefined;
  return {
    clusterIP: {
      address: clusterIP.address,
      origin: origin(service.object, clusterIPPath(service, clusterIP.index)),
    },
    externalIPs: externalIPs(service, family),
    vips: vips(service, family),
  };
}

/** D2: `clusterIPs`, or else `clusterIP`. */
const clusterIPPath = (service: Service, index: number): readonly (string | number)[] =>
  fieldAt(service.object, ['spec', 'clusterIPs', index]) === undefined
    ? ['spec', 'clusterIP']
    : ['spec', 'clusterIPs', index];

/** F4. They work for every type. */
function externalIPs(service: Service, family: IpFamily): readonly ServiceAddress[] {
  if (service.externalIPs.length === 0) return [];
  const paths = addressPaths(service.object, ['spec', 'externalIPs'], service.externalIPs);
  return firstOfEach(
    service.externalIPs.map((address, index) => ({
      address,
      origin: origin(service.object, paths[index] ?? ['spec', 'externalIPs']),
    })),
    family,
  );
}

/** F5: the Service's type is not asked (L1), `ipMode: Proxy` gives nothing (L3). */
function vips(service: Service, family: IpFamily): readonly ServiceAddress[] {
  const entries: ServiceAddress[] = [];
  for (const { index, ip, ipMode } of service.ingress) {
    if (ip === undefined || ipMode === 'Proxy') continue;
    const path = ['status', 'loadBalancer', 'ingress', index, 'ip'];
    entries.push({ address: ip, origin: origin(service.object, path) });
  }
  return firstOfEach(entries, family);
}

function firstOfEach(
  entries: readonly ServiceAddress[],
  family: IpFamily,
): readonly ServiceAddress[] {
  const seen = new Set<string>();
  return entries.filter(({ address }) => {
    if (familyOf(address) !== family || seen.has(address)) return false;
    seen.add(address);
    return true;
  });
}

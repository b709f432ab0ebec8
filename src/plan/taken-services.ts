/**
 * Which Services are compiled (S1 to S9).
 */
import type { FieldPath } from '../diagnostics/source.ts';
import type { Service } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { familyOf } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { compareBytes } from './order.ts';
import { fieldAt, origin, proxyNameLabelPath } from './origin.ts';
import type { UnservedReason, UnservedService } from './plan.ts';

/** The Services of a cluster, told apart; both lists sorted by namespace and name. */
export interface TakenServices {
  readonly taken: readonly Service[];
  readonly unserved: readonly UnservedService[];
}

export function takeServices(services: readonly Service[], settings: Settings): TakenServices {
  const sorted = services.toSorted(
    (a, b) => compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name),
  );
  const taken: Service[] = [];
  const unserved: UnservedService[] = [];
  for (const service of sorted) {
    const reason = unservedReason(service, settings);
    if (reason === undefined) taken.push(service);
    else {
      unserved.push({
        namespace: service.namespace,
        service: service.name,
        type: service.type,
        reason,
        origin: origin(service.object, fieldToBlame(service, reason)),
      });
    }
  }
  return { taken, unserved };
}

/** S1-S3, S5, S8. The label comes first: it makes a Service invisible whatever else it says. */
function unservedReason(service: Service, settings: Settings): UnservedReason | undefined {
  if (service.serviceProxyName !== settings.serviceProxyName) return 'other-proxy';
  if (service.type === 'ExternalName') return 'external-name';
  if (service.clusterIPs[0] === 'None') return 'headless';
  if (service.clusterIPs.length === 0) return 'no-cluster-ip';
  if (service.ports.length === 0) return 'no-ports';
  return settings.families.some((family) => clusterIPOf(service, family) !== undefined)
    ? undefined
    : 'other-family';
}

function fieldToBlame(service: Service, reason: UnservedReason): FieldPath {
  switch (reason) {
    case 'other-proxy':
      return service.serviceProxyName === undefined ? ['metadata', 'name'] : proxyNameLabelPath;
    case 'external-name':
      return ['spec', 'type'];
    case 'headless':
    case 'other-family':
      return ['spec', fieldAt(service.object, ['spec', 'clusterIPs']) ? 'clusterIPs' : 'clusterIP'];
    case 'no-cluster-ip':
    case 'no-ports':
      return ['metadata', 'name'];
  }
}

/** A Service's cluster IP of one family and its index in `clusterIPs`. */
export interface ClusterIP {
  readonly address: string;
  readonly index: number;
}

/**
 * Chooses the cluster IP as S5 does; the model has filled `ipFamilies` in (D7).
 *
 * @returns undefined when the Service does not exist in that family.
 */
export function clusterIPOf(service: Service, family: IpFamily): ClusterIP | undefined {
  const index = service.ipFamilies.indexOf(family);
  const address = service.clusterIPs[index];
  if (address === undefined || address === 'None' || familyOf(address) !== family) return undefined;
  return { address, index };
}

/**
 * Cluster IPs of Services that are left to some other proxy (S3); K2 must not drop them (ND4),
 * whatever that proxy makes of the rest of the Service.
 */
export function otherProxyClusterIPs(
  services: readonly Service[],
  settings: Settings,
  family: IpFamily,
): readonly string[] {
  return services
    .filter((service) => service.serviceProxyName !== settings.serviceProxyName)
    .flatMap((service) => service.clusterIPs)
    .filter((address) => address !== 'None' && familyOf(address) === family);
}

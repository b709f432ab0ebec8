/**
 * The traffic policies in force and the endpoint sets that they need (F7, F8, F16-F18).
 */
import type { Service, TrafficPolicy } from '../model/cluster.ts';
import type { UsedSets } from './choose-endpoints.ts';

export interface Policies {
  readonly internal: TrafficPolicy;
  readonly external: TrafficPolicy;
}

/** F7: `externalTrafficPolicy: Local` counts only where the spec makes the Service external. */
export function policiesOf(service: Service): Policies {
  const isExternal =
    service.type === 'LoadBalancer' ||
    service.type === 'NodePort' ||
    (service.type === 'ClusterIP' && service.externalIPs.length > 0);
  return {
    internal: service.internalTrafficPolicy,
    external: isExternal ? service.externalTrafficPolicy : 'Cluster',
  };
}

/** F17, F18. `reachableFromOutside` is F16. */
export const usedSets = (policies: Policies, reachableFromOutside: boolean): UsedSets => ({
  cluster: policies.internal === 'Cluster' || reachableFromOutside,
  local: policies.internal === 'Local' || (policies.external === 'Local' && reachableFromOutside),
});

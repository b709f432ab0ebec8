/**
 * What happens to connections to the destinations of a ServicePort (P1-P4).
 */
import type { TrafficPolicy } from '../model/cluster.ts';
import type { ChosenEndpoints } from './choose-endpoints.ts';
import type { FrontendVerdict } from './plan.ts';

/** P1: the cluster IP. */
export function internalVerdict(policy: TrafficPolicy, chosen: ChosenEndpoints): FrontendVerdict {
  if (!chosen.hasAny) return { kind: 'reject' };
  if (policy === 'Cluster') return { kind: 'pick', from: 'cluster', masquerade: 'cluster-ip' };
  return chosen.local.length > 0
    ? { kind: 'pick', from: 'local', masquerade: 'cluster-ip' }
    : { kind: 'drop' };
}

/** P2, P3: external IPs, load-balancer IPs and node ports. */
export function externalVerdict(policy: TrafficPolicy, chosen: ChosenEndpoints): FrontendVerdict {
  if (!chosen.hasAny) return { kind: 'reject' };
  return policy === 'Cluster'
    ? { kind: 'pick', from: 'cluster', masquerade: 'always' }
    : { kind: 'external-local' };
}

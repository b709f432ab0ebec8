import type { FamilyPlan, ServicePortPlan } from '../plan/plan.ts';

/** Service ports that drop traffic of a policy because their endpoints are all on other nodes. */
export interface NoLocalEndpoints {
  readonly internal: number;
  readonly external: number;
}

/**
 * Counts, by `namespace/name`, the ports of each Service with traffic policy Local that have endpoints but
 * none on this node, as kube-proxy does: not those without any endpoint, which are refused. Services with
 * no such port have no entry.
 */
export function noLocalEndpoints({
  servicePorts,
}: FamilyPlan): ReadonlyMap<string, NoLocalEndpoints> {
  const counts = new Map<string, NoLocalEndpoints>();
  for (const servicePort of servicePorts) {
    const internal = dropsInternal(servicePort) ? 1 : 0;
    const external = dropsExternal(servicePort) ? 1 : 0;
    if (internal + external === 0) continue;
    const name = `${servicePort.namespace}/${servicePort.service}`;
    const before = counts.get(name) ?? { internal: 0, external: 0 };
    counts.set(name, {
      internal: before.internal + internal,
      external: before.external + external,
    });
  }
  return counts;
}

const dropsInternal = ({ frontends }: ServicePortPlan): boolean =>
  frontends.some(({ kind, verdict }) => kind === 'cluster-ip' && verdict.kind === 'drop');

const dropsExternal = ({ frontends, localEndpoints }: ServicePortPlan): boolean =>
  localEndpoints.length === 0 && frontends.some(({ verdict }) => verdict.kind === 'external-local');

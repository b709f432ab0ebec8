/**
 * What a health-check server answers (H1 to H5): `natc apply --follow` has one, and `natc list` tells.
 */
import type { Service } from '../model/cluster.ts';
import type { Candidate } from './merge-endpoints.ts';
import { origin } from './origin.ts';
import type { HealthCheck } from './plan.ts';
import { policiesOf } from './policies.ts';

/**
 * @param merged the Service's endpoints of one family, per port.
 * @returns undefined for a Service without a health check (F11, H1, H3).
 */
export function healthCheckOf(
  service: Service,
  merged: ReadonlyMap<string, readonly Candidate[]>,
): HealthCheck | undefined {
  if (service.type !== 'LoadBalancer' || service.healthCheckNodePort === 0) return undefined;
  if (policiesOf(service).external !== 'Local') return undefined;
  const addresses = new Set<string>();
  for (const candidates of merged.values()) {
    for (const { isLocal, state, endpoint } of candidates) {
      if (isLocal && state.ready) addresses.add(endpoint.address);
    }
  }
  return {
    namespace: service.namespace,
    service: service.name,
    port: service.healthCheckNodePort,
    localEndpoints: addresses.size,
    origin: origin(service.object, ['spec', 'healthCheckNodePort']),
  };
}

/** The HTTP status of the answer of a healthy proxy (H2). */
export const healthCheckStatus = (check: HealthCheck): 200 | 503 =>
  check.localEndpoints > 0 ? 200 : 503;

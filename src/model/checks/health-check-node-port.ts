import { at } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/**
 * V14: a health-check port goes with type LoadBalancer and external policy Local. Its absence there is
 * no mistake in a manifest: the API server allocates it.
 */
export const healthCheckNodePort: ServiceCheck = ({ service, spec }) => {
  const port = service.healthCheckNodePort;
  const isAllowed = service.type === 'LoadBalancer' && service.externalTrafficPolicy === 'Local';
  if (port === 0 || isAllowed) return;
  spec.report.refuse(at(spec, 'healthCheckNodePort'), {
    code: 'NATC2043',
    message: `healthCheckNodePort ${port} may only be set when type is LoadBalancer and externalTrafficPolicy is Local`,
    hint: 'remove it, or set externalTrafficPolicy to Local on a LoadBalancer',
  });
};

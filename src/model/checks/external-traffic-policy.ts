import { atKey, isGiven } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V11: an external policy needs external traffic. kube-proxy ignores it otherwise (F7). */
export const externalTrafficPolicy: ServiceCheck = ({ service, spec }) => {
  if (!isGiven(spec, 'externalTrafficPolicy')) return;
  if (service.type === 'NodePort' || service.type === 'LoadBalancer') return;
  if (service.type === 'ClusterIP' && isGiven(spec, 'externalIPs')) return;
  spec.report.refuse(atKey(spec, 'externalTrafficPolicy'), {
    code: 'NATC2040',
    message: `externalTrafficPolicy must not be set on a Service of type ${service.type} without externalIPs: nothing reaches it from outside`,
    hint: 'remove it, set spec.type to NodePort or LoadBalancer, or use internalTrafficPolicy',
  });
};

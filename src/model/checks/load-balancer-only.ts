import { atKey, type Fields, isGiven } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

const fields = ['loadBalancerSourceRanges', 'allocateLoadBalancerNodePorts', 'loadBalancerClass'];

/**
 * V10: fields that only a LoadBalancer may have. kube-proxy honours source ranges on any type, as
 * well as load-balancer addresses in the status (L1).
 */
export const loadBalancerOnly: ServiceCheck = ({ service, root, spec }) => {
  if (service.type === 'LoadBalancer') return;
  for (const field of fields) if (isGiven(spec, field)) refuse(spec, [field], service.type);
  if (service.ingress.length > 0) {
    refuse(root, ['status', 'loadBalancer', 'ingress'], service.type);
  }
};

function refuse(parent: Fields, keys: readonly string[], type: string): void {
  parent.report.refuse(atKey(parent, ...keys), {
    code: 'NATC2042',
    message: `${keys.join('.')} must not be set on a Service of type ${type}`,
    hint: 'remove it, or set spec.type to LoadBalancer',
  });
}

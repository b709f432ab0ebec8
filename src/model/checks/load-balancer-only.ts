import { atKey, type Fields, rawField, rawList } from '../fields.ts';
import { qualifiedNameRule, readName } from '../names.ts';
import { booleanField, stringField } from '../typed-fields.ts';
import type { ServiceCheck } from './check.ts';

/**
 * V10: fields that only a LoadBalancer may have. kube-proxy honours source ranges on any type, as
 * well as load-balancer addresses in the status (L1).
 */
export const loadBalancerOnly: ServiceCheck = ({ service, root, spec }) => {
  const loadBalancerClass = stringField(spec, 'loadBalancerClass');
  booleanField(spec, 'allocateLoadBalancerNodePorts');
  if (service.type === 'LoadBalancer') {
    if (loadBalancerClass !== undefined)
      readName(spec, ['loadBalancerClass'], loadBalancerClass, qualifiedNameRule);
    return;
  }
  if (rawList(spec, 'loadBalancerSourceRanges').length > 0)
    refuse(spec, ['loadBalancerSourceRanges'], service.type);
  // An empty class is one too.
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
    if (rawField(spec, field) !== undefined) refuse(spec, [field], service.type);
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

import { readCidr } from '../cidr-field.ts';
import { atKey, rawList } from '../fields.ts';
import { labelValue, rawMapping } from '../labels.ts';
import type { ServiceCheck } from './check.ts';

const key = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/**
 * V10: the annotation that came before `spec.loadBalancerSourceRanges`, checked where that is empty. No proxy
 * reads it: whom a load balancer lets in is for the load balancer.
 */
export const sourceRangesAnnotation: ServiceCheck = ({ service, root, spec }) => {
  const metadata = rawMapping(root, 'metadata');
  const annotations = metadata && rawMapping(metadata, 'annotations');
  const text = labelValue(annotations, key);
  if (annotations === undefined || text === undefined) return;
  if (rawList(spec, 'loadBalancerSourceRanges').length > 0) return;
  if (service.type !== 'LoadBalancer') {
    root.report.refuse(atKey(annotations, key), {
      code: 'NATC2042',
      message: `annotation ${key} must not be set on a Service of type ${service.type}`,
      hint: 'remove it, or set spec.type to LoadBalancer',
    });
  }
  if (text.trim() === '') return;
  for (const range of text.trim().split(',')) readCidr(annotations, [key], range.trim(), 'silent');
};

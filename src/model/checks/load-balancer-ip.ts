import { parseAddress } from '../../net/address.ts';
import { readAddress } from '../address-field.ts';
import { stringField } from '../typed-fields.ts';
import type { ServiceCheck } from './check.ts';

/** `spec.loadBalancerIP`, which no proxy reads (L5): any text is taken, an odd spelling told of. */
export const loadBalancerIP: ServiceCheck = ({ spec }) => {
  const text = stringField(spec, 'loadBalancerIP') ?? '';
  if (text === '' || spec.report.isLenient || parseAddress(text) === undefined) return;
  readAddress(spec, ['loadBalancerIP'], text, 'advised');
};

import { quote } from '../diagnostics/quote.ts';
import { parseCidr } from '../net/cidr.ts';
import { readAddress } from './address-field.ts';
import type { LoadBalancerIngress } from './cluster.ts';
import {
  at,
  type Fields,
  mapField,
  mappingList,
  oneOfField,
  stringField,
  stringList,
} from './fields.ts';

/** Reads `status.loadBalancer.ingress` (F5, D3). */
export function readIngress(root: Fields): readonly LoadBalancerIngress[] {
  const status = mapField(root, 'status');
  const loadBalancer = status === undefined ? undefined : mapField(status, 'loadBalancer');
  return loadBalancer === undefined ? [] : mappingList(loadBalancer, 'ingress', readIngressEntry);
}

function readIngressEntry(entry: Fields, index: number): LoadBalancerIngress {
  const text = stringField(entry, 'ip');
  return {
    index,
    ip: text === undefined || text === '' ? undefined : readAddress(entry, ['ip'], text)?.text,
    hostname: stringField(entry, 'hostname') || undefined,
    ipMode: oneOfField(entry, 'ipMode', ['VIP', 'Proxy']) ?? 'VIP',
  };
}

/** Reads `spec.loadBalancerSourceRanges`: the usable entries, as given (R1). */
export const readSourceRanges = (spec: Fields): readonly string[] =>
  stringList(spec, 'loadBalancerSourceRanges', (text, index) => {
    if (parseCidr(text.trim()) !== undefined) return text;
    spec.report.refuse(at(spec, 'loadBalancerSourceRanges', index), {
      code: 'NATC2013',
      message: `loadBalancerSourceRanges[${index}] must be a CIDR, got ${quote(text)}`,
    });
    return undefined;
  });

import { readAddress } from './address-field.ts';
import { readCidr } from './cidr-field.ts';
import type { LoadBalancerIngress } from './cluster.ts';
import { atKey, type Fields, isGiven } from './fields.ts';
import { ingressFields } from './known-fields.ts';
import { readName, subdomainRule } from './names.ts';
import { checkSpelling } from './spelling.ts';
import { mapField, mappingList, oneOfField, stringField, stringList } from './typed-fields.ts';

/** Reads `status.loadBalancer.ingress` (F5, D3). */
export function readIngress(root: Fields): readonly LoadBalancerIngress[] {
  const status = mapField(root, 'status');
  const loadBalancer = status === undefined ? undefined : mapField(status, 'loadBalancer');
  return loadBalancer === undefined ? [] : mappingList(loadBalancer, 'ingress', readIngressEntry);
}

function readIngressEntry(entry: Fields, index: number): LoadBalancerIngress {
  checkSpelling(entry, ingressFields);
  const ip = stringField(entry, 'ip') || undefined;
  const hostname = stringField(entry, 'hostname') || undefined;
  return {
    index,
    ip: ip && readAddress(entry, ['ip'], ip)?.text,
    hostname: hostname && readName(entry, ['hostname'], hostname, subdomainRule),
    ipMode: readIpMode(entry, ip),
  };
}

/** V18. An entry of unknown mode is no VIP, hence gives no rules (L2, L3). */
function readIpMode(entry: Fields, ip: string | undefined): LoadBalancerIngress['ipMode'] {
  if (!isGiven(entry, 'ipMode')) return 'VIP';
  if (ip === undefined) {
    entry.report.refuse(atKey(entry, 'ipMode'), {
      code: 'NATC2044',
      message: 'ipMode must not be set without ip',
      hint: 'remove it, or set ip',
    });
  }
  return oneOfField(entry, 'ipMode', ['VIP', 'Proxy']) ?? 'Proxy';
}

/** Reads `spec.loadBalancerSourceRanges`: the usable entries, as given (R1). */
export const readSourceRanges = (spec: Fields): readonly string[] =>
  stringList(spec, 'loadBalancerSourceRanges', (text, index) =>
    readCidr(spec, ['loadBalancerSourceRanges', index], text.trim()) === undefined
      ? undefined
      : text,
  );

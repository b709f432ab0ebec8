import { familyOf } from '../net/address.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { readAddress } from './address-field.ts';
import { type Fields, rawList } from './fields.ts';
import { oneOf, stringField, stringList } from './typed-fields.ts';

/**
 * Reads `spec.clusterIPs`, or `[spec.clusterIP]` where only that is given (D2), in canonical text.
 * Whether the two agree, and with `spec.ipFamilies`, is for checks/cluster-ips.ts.
 */
export function readClusterIPs(spec: Fields): readonly string[] {
  const list = stringList(spec, 'clusterIPs', (text, index) =>
    readClusterIP(spec, ['clusterIPs', index], text),
  );
  const single = stringField(spec, 'clusterIP') ?? '';
  // Nearly always the same text again, and then not worth reading again.
  if (list.length > 0 && rawList(spec, 'clusterIPs')[0] === single) return list;
  const address = readClusterIP(spec, ['clusterIP'], single);
  if (list.length > 0) return list;
  return address === undefined ? [] : [address];
}

function readClusterIP(
  spec: Fields,
  keys: readonly (string | number)[],
  text: string,
): string | undefined {
  // Only in the single field the empty string is no value.
  if (text === '' && keys.length === 1) return undefined;
  return text === 'None' ? text : readAddress(spec, keys, text)?.text;
}

/** The families of cluster IPs in their order: what the API server fills `spec.ipFamilies` with (D7). */
export const addressFamilies = (clusterIPs: readonly string[]): readonly IpFamily[] =>
  clusterIPs.filter((address) => address !== 'None').map(familyOf);

/** Reads `spec.ipFamilies`. */
export const readIpFamilies = (spec: Fields): readonly IpFamily[] =>
  stringList(spec, 'ipFamilies', (text, index) =>
    oneOf(spec, ['ipFamilies', index], text, ipFamilies),
  );

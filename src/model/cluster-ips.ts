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

/** The families of cluster IPs in their order. */
export const addressFamilies = (clusterIPs: readonly string[]): readonly IpFamily[] =>
  clusterIPs.filter((address) => address !== 'None').map(familyOf);

/**
 * Reads `spec.ipFamilies`. Where there are more cluster IPs than families, the API server goes on with the
 * families of those that are left (D7).
 */
export function readIpFamilies(spec: Fields, clusterIPs: readonly string[]): readonly IpFamily[] {
  const given = stringList(spec, 'ipFamilies', (text, index) =>
    oneOf(spec, ['ipFamilies', index], text, ipFamilies),
  );
  return [...given, ...addressFamilies(clusterIPs).slice(given.length)];
}

/** The entries of `spec.ipFamilies` that could be read, without those that were filled in. */
export const givenFamilies = (spec: Fields): readonly IpFamily[] =>
  rawList(spec, 'ipFamilies').filter((entry): entry is IpFamily =>
    ipFamilies.some((family) => family === entry),
  );

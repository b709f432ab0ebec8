/** Values in a file of assertions; what is wrong is refused with its place. */

import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { at, atKey, childFields, type Fields, label, rawField } from '../model/fields.ts';
import { listWords } from '../model/typed-fields.ts';
import { parseAddress } from '../net/address.ts';
import { formatNetwork, parseCidr } from '../net/cidr.ts';
import type { PortFilter } from './assertion.ts';

/** An entry of a list, or the only value where there is no list. */
export interface FieldEntry {
  readonly value: unknown;
  /** From the mapping that holds it. */
  readonly path: FieldPath;
  readonly fields: Fields;
}

/** A list's entries, or one value as a list of it. */
export function entriesOf(fields: Fields, key: string): readonly FieldEntry[] {
  const value = rawField(fields, key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [{ value, path: [key], fields }];
  if (value.length === 0) refuseValue(fields, [key], 'at least one entry', value);
  return value.map((each: unknown, index) => ({ value: each, path: [key, index], fields }));
}

/** The mapping that an entry is; undefined where it is none. */
export function mappingOf({ value, path, fields }: FieldEntry): Fields | undefined {
  if (!isMapping(value)) return undefined;
  const [key = '', index] = path;
  return childFields(fields, value, String(key), typeof index === 'number' ? index : undefined);
}

export function refuseValue(
  fields: Fields,
  path: FieldPath,
  expected: string,
  value: unknown,
  hint?: string,
): undefined {
  fields.report.fail(at(fields, ...path), {
    code: 'NATC6102',
    message: `${label(path)} must be ${expected}, got ${quote(value)}`,
    ...(hint !== undefined && { hint }),
  });
  return undefined;
}

/** @param what the mapping is, for the message */
export function refuseUnknownKeys(fields: Fields, known: readonly string[], what: string): void {
  for (const key of Object.keys(fields.record)) {
    if (known.includes(key)) continue;
    const meant = otherKeys.get(key) ?? didYouMean(key, known);
    const isThere = meant !== undefined && known.includes(meant);
    fields.report.fail(atKey(fields, key), {
      code: 'NATC6101',
      message: `unknown key ${quote(key)} of ${what}`,
      hint: isThere ? `did you mean ${meant}?` : `it has ${listWords(known)}`,
    });
  }
}

/** What keys are called elsewhere. */
const otherKeys: ReadonlyMap<string, string> = new Map([
  ['to', 'mustReach'],
  ['canReach', 'mayReachOnly'],
  ['mayReach', 'mayReachOnly'],
  ['cannotReach', 'mustNotReach'],
  ['mustnotreach', 'mustNotReach'],
  ['svc', 'service'],
  ['ns', 'namespace'],
  ['ip', 'address'],
  ['cidr', 'address'],
  ['addresses', 'address'],
  ['port', 'ports'],
  ['nodePort', 'nodePorts'],
  ['min', 'atLeast'],
  ['minimum', 'atLeast'],
  ['type', 'kind'],
]);

/** `shop/web`, `shop/*`, `*`; a name without a namespace is refused. */
export function servicePattern({ value, path, fields }: FieldEntry): string | undefined {
  const expected = 'a Service, NAMESPACE/NAME, in which * stands for any text';
  if (typeof value !== 'string') return refuseValue(fields, path, expected, value);
  if (value === '*') return '*';
  if (/^[^/\s]+\/[^/\s]+$/.test(value)) return value;
  const hint = value.includes('/') ? undefined : `did you mean ${quote(`*/${value}`)}?`;
  return refuseValue(fields, path, expected, value, hint);
}

/** A CIDR or an address, canonical. */
export function networkText({ value, path, fields }: FieldEntry): string | undefined {
  const text = typeof value === 'string' ? networkOfText(value) : undefined;
  return text ?? refuseValue(fields, path, 'an IP address or a CIDR such as 203.0.113.0/24', value);
}

/** Canonical; undefined for any other text. A network of one address is that address. */
export function networkOfText(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return parseAddress(text)?.text;
  const bits = cidr.family === 'IPv4' ? 32 : 128;
  return cidr.prefixLength === bits ? parseAddress(cidr.address)?.text : formatNetwork(cidr);
}

/** `80`, `80/TCP`, `30000-30099`, `30000-30099/UDP`; undefined for any other value. */
export function portFilter(value: unknown): PortFilter | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const [, from, to, protocol] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  if (from === undefined) return undefined;
  const [first, last] = [Number(from), Number(to ?? from)];
  return first >= 1 && last <= 65535 && first <= last
    ? { first, last, protocol: protocol?.toLowerCase() }
    : undefined;
}

export const portsExpected = 'a port or a range of ports, such as 80, 80/TCP or 30000-30099';

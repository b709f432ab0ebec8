import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { addressBits, type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { cidrSpelling } from '../net/spelling.ts';
import { at, type Fields, label } from './fields.ts';

/**
 * Reads the text of a CIDR field. One that says more than its network, or that other programs may read
 * differently, is refused; with `--validate warn` it is read as kube-proxy reads it (R1, R2).
 *
 * @param keys where `text` stands, from `fields`.
 * @param rule `silent` where the API server does not advise of IPv6 texts that are not canonical.
 * @returns undefined when `text` is no CIDR, which is refused.
 */
export function readCidr(
  fields: Fields,
  keys: FieldPath,
  text: string,
  rule: 'plain' | 'silent' = 'plain',
): Cidr | undefined {
  const cidr = parseCidr(text);
  const address = parseAddress(text.split('/', 1)[0] ?? '');
  if (cidr === undefined) {
    fields.report.refuse(at(fields, ...keys), {
      code: 'NATC2013',
      message: `${label(keys)} must be a CIDR, got ${quote(text)}`,
      ...(address === undefined || text.includes('/')
        ? {}
        : { hint: `for this one address write ${address.text}/${addressBits(address.family)}` }),
    });
    return undefined;
  }
  const spelling = cidrSpelling(text, cidr, address);
  if (spelling === 'canonical' || (spelling === 'long' && rule === 'silent')) return cidr;
  fields.report[spelling === 'long' ? 'advise' : 'refuse'](at(fields, ...keys), {
    code: 'NATC2011',
    message: `${label(keys)} ${quote(text)} is read as ${formatCidr(cidr)}`,
    hint: `write ${formatCidr(cidr)}, if that is what is meant`,
  });
  return cidr;
}

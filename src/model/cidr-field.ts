import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { addressBits, type Cidr, formatCidr, parseCidr } from '../net/cidr.ts';
import { at, type Fields, label } from './fields.ts';

/**
 * Reads the text of a CIDR field. One that says more than its network, or that other programs may read
 * differently, gets a warning (R1, R2).
 *
 * @param keys where `text` stands, from `fields`.
 * @returns undefined when `text` is no CIDR, which is refused.
 */
export function readCidr(fields: Fields, keys: FieldPath, text: string): Cidr | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    const address = parseAddress(text);
    fields.report.refuse(at(fields, ...keys), {
      code: 'NATC2013',
      message: `${label(keys)} must be a CIDR, got ${quote(text)}`,
      ...(address === undefined
        ? {}
        : { hint: `for this one address write ${address.text}/${addressBits(address.family)}` }),
    });
  } else if (!isPlain(text, cidr)) {
    fields.report.warn(at(fields, ...keys), {
      code: 'NATC2011',
      message: `${label(keys)} ${quote(text)} is read as ${formatCidr(cidr)}`,
      hint: `write ${formatCidr(cidr)}, if that is what is meant`,
    });
  }
  return cidr;
}

/** IPv6 has many harmless spellings; of IPv4 only the canonical one means the same to every program. */
const isPlain = (text: string, cidr: Cidr): boolean =>
  cidr.family === 'IPv4'
    ? formatCidr(cidr) === text
    : parseAddress(text.slice(0, text.indexOf('/')))?.text === cidr.address;

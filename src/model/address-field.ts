import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { type Address, canonicalFamily, parseAddress } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { specialAddress } from '../net/special.ts';
import { at, type Fields, label } from './fields.ts';

/**
 * Reads the text of an IP address field. What the API server refuses is refused; a spelling that it
 * accepts but that another program may read differently gets a warning (F15).
 *
 * @param keys where `text` stands, from `fields`.
 * @returns undefined when `text` is no address.
 */
export function readAddress(fields: Fields, keys: FieldPath, text: string): Address | undefined {
  const address = parseAddress(text);
  if (address === undefined) {
    const hint = text.includes('/') ? 'leave out the prefix length' : undefined;
    fields.report.refuse(at(fields, ...keys), {
      code: 'NATC2010',
      message: `${label(keys)} must be an IP address, got ${quote(text)}`,
      ...(hint === undefined ? {} : { hint }),
    });
  } else if (address.family === 'IPv4' && address.text !== text) {
    fields.report.warn(at(fields, ...keys), {
      code: 'NATC2011',
      message: `${label(keys)} ${quote(text)} is read as ${address.text}`,
      hint: `write ${address.text}: other programs may read this spelling as another address`,
    });
  }
  return address;
}

/** As {@link readAddress}, and refuses addresses that no traffic can be sent to (V9, V20). */
export function readUnicastAddress(
  fields: Fields,
  keys: FieldPath,
  text: string,
): Address | undefined {
  const address = readAddress(fields, keys, text);
  const special = address === undefined ? undefined : specialAddress(address);
  if (special === undefined) return address;
  fields.report.refuse(at(fields, ...keys), {
    code: 'NATC2012',
    message: `${label(keys)} must not be ${article(special)} ${special} address, got ${quote(text)}`,
    hint: 'give an address that other machines can reach',
  });
  return undefined;
}

/** Whether {@link readUnicastAddress} gives this text back, of that family, and finds nothing to say. */
export const isUnicast = (text: string, family: IpFamily): boolean =>
  canonicalFamily(text) === family && specialAddress({ family, text }) === undefined;

const article = (word: string): string => (word === 'unspecified' ? 'an' : 'a');

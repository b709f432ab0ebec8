import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { type Address, canonicalFamily, parseAddress } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { specialAddress } from '../net/special.ts';
import { addressSpelling, type Spelling } from '../net/spelling.ts';
import { at, type Fields, label } from './fields.ts';

/**
 * How strictly the API server takes the spelling of a field: `plain` refuses what programs may read
 * differently and advises of the rest, `canonical` refuses any other text than RFC 5952's, `silent` advises of
 * nothing; `advised` only advises, and `unchecked` does not look: there natc warns of what may be read differently.
 */
export type AddressRule = 'plain' | 'canonical' | 'silent' | 'advised' | 'unchecked';

/**
 * Reads the text of an IP address field. With `--validate warn` a spelling that the API server refuses is read
 * as kube-proxy reads it (F15).
 *
 * @param keys where `text` stands, from `fields`.
 * @returns undefined when `text` is no address, which is refused.
 */
export function readAddress(
  fields: Fields,
  keys: FieldPath,
  text: string,
  rule: AddressRule = 'plain',
): Address | undefined {
  const address = parseAddress(text);
  if (address === undefined) {
    const hint = text.includes('/') ? 'leave out the prefix length' : undefined;
    fields.report.refuse(at(fields, ...keys), {
      code: 'NATC2010',
      message: `${label(keys)} must be an IP address, got ${quote(text)}`,
      ...(hint === undefined ? {} : { hint }),
    });
    return undefined;
  }
  const spelling = addressSpelling(text, address);
  const isHarmless = spelling === 'long' && (rule === 'unchecked' || rule === 'silent');
  if (spelling === 'canonical' || isHarmless) return address;
  fields.report[severityOf(rule, spelling)](at(fields, ...keys), {
    code: 'NATC2011',
    message: `${label(keys)} ${quote(text)} is read as ${address.text}`,
    hint:
      spelling === 'ambiguous'
        ? `write ${address.text}: other programs may read this spelling as another address`
        : `write ${address.text}`,
  });
  return address;
}

function severityOf(rule: AddressRule, spelling: Spelling): 'refuse' | 'warn' | 'advise' {
  switch (rule) {
    case 'unchecked':
      return 'warn';
    case 'advised':
      return 'advise';
    case 'canonical':
    case 'silent':
      return 'refuse';
    case 'plain':
      return spelling === 'long' ? 'advise' : 'refuse';
  }
}

/** As {@link readAddress}, and refuses addresses that no traffic can be sent to (V9, V20). */
export function readUnicastAddress(
  fields: Fields,
  keys: FieldPath,
  text: string,
  rule: AddressRule = 'plain',
): Address | undefined {
  const address = readAddress(fields, keys, text, rule);
  const special = address === undefined ? undefined : specialAddress(address);
  if (special === undefined) return address;
  if (special === 'multicast') {
    fields.report.warn(at(fields, ...keys), {
      code: 'NATC2110',
      message: `${label(keys)} ${quote(text)} is a multicast address: the API server takes it, but no machine answers for it`,
      hint: 'give an address that other machines can reach',
    });
    return address;
  }
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

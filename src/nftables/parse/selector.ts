import type { L4Proto, NftFamily } from '../../net/family.ts';
import type { Selector } from '../ast.ts';
import type { Scanner } from './scanner.ts';

/** Words that a selector can begin with. */
const selectorWords = new Set(['ip', 'ip6', 'meta', 'th', 'tcp', 'udp', 'sctp', 'ct', 'numgen']);

export const beginsSelector = (word: string): boolean => selectorWords.has(word);

/** `ip daddr . tcp dport`: selectors with dots between. */
export function parseSelectors(scanner: Scanner, family: NftFamily): readonly Selector[] {
  const selectors = [parseSelector(scanner, family)];
  while (scanner.accept('.')) selectors.push(parseSelector(scanner, family));
  return selectors;
}

export function parseSelector(scanner: Scanner, family: NftFamily): Selector {
  const { text } = scanner.peek();
  switch (text) {
    case 'ip':
    case 'ip6':
      return parseAddressSelector(scanner, family);
    case 'meta':
      scanner.next();
      scanner.expect('l4proto');
      return 'l4proto';
    case 'th':
    case 'tcp':
    case 'udp':
    case 'sctp':
      return parsePortSelector(scanner, text);
    case 'ct':
      scanner.next();
      return parseCtOriginal(scanner, family);
    case 'numgen':
      scanner.next();
      scanner.expect('random');
      scanner.expect('mod');
      return { kind: 'numgen random', modulus: scanner.number('a modulus') };
    default:
      return scanner.fail('expected a field of the packet');
  }
}

function parseAddressSelector(scanner: Scanner, family: NftFamily): 'saddr' | 'daddr' {
  scanner.expect(family);
  return scanner.oneOf('saddr', 'daddr');
}

function parsePortSelector(scanner: Scanner, protocol: L4Proto | 'th'): Selector {
  scanner.next();
  scanner.expect('dport');
  return `${protocol} dport`;
}

/** What follows `ct`. */
export function parseCtOriginal(scanner: Scanner, family: NftFamily): Selector {
  scanner.expect('original');
  if (scanner.accept('proto-dst')) return 'ct original proto-dst';
  scanner.accept(family);
  scanner.expect('daddr');
  return 'ct original daddr';
}

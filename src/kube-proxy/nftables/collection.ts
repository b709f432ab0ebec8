import type { Collection, Selector } from '../../nftables/ast.ts';
import { parseBlockElements } from '../../nftables/parse/collection.ts';
import {
  parseDataElements,
  parseSetElements,
  parseVerdictElements,
} from '../../nftables/parse/elements.ts';
import { parseProperties } from '../../nftables/parse/properties.ts';
import type { Scanner } from '../../nftables/parse/scanner.ts';
import { parseSelectors } from '../../nftables/parse/selector.ts';
import type { ListingContext } from './context.ts';

/** After the word `set` or `map`: its name and its block, declared with `type` or `typeof`. */
export function parseCollection(
  scanner: Scanner,
  context: ListingContext,
  kind: 'set' | 'map',
): Collection {
  const name = scanner.name(`the name of a ${kind}`);
  scanner.expect('{');
  scanner.skipEnds();
  const key = parseKeyType(scanner, context, name);
  if (kind === 'set') {
    const { interval = false, timeout, dynamic } = parseProperties(scanner, 'other');
    const elements = parseBlockElements(scanner, () => parseSetElements(scanner, context, key));
    return {
      ...{ kind: 'set', name, key, interval, elements },
      ...(timeout !== undefined && { timeout }),
      ...(dynamic !== undefined && { dynamic }),
    };
  }
  scanner.expect(':');
  if (scanner.accept('verdict')) {
    parseProperties(scanner, 'other');
    const elements = parseBlockElements(scanner, () => parseVerdictElements(scanner, context, key));
    return { kind: 'verdict-map', name, key, elements };
  }
  const value = parseTypes(scanner, []);
  parseProperties(scanner, 'other');
  const elements = parseBlockElements(scanner, () =>
    parseDataElements(scanner, context, key, value),
  );
  return { kind: 'data-map', name, key, value, elements };
}

function parseKeyType(
  scanner: Scanner,
  { family }: ListingContext,
  name: string,
): readonly Selector[] {
  if (scanner.accept('typeof')) return parseSelectors(scanner, family);
  scanner.expect('type');
  // What the addresses are of, a type does not say: kube-proxy keeps clients in sets of these names.
  return parseTypes(scanner, name.startsWith('affinity-') ? ['saddr'] : []);
}

/**
 * `ipv4_addr . inet_proto . inet_service`. Of two addresses the first is the source.
 *
 * @param addresses what the addresses are of, where that is known
 */
function parseTypes(scanner: Scanner, addresses: readonly Selector[]): readonly Selector[] {
  const words: string[] = [];
  do {
    words.push(scanner.oneOf('ipv4_addr', 'ipv6_addr', 'inet_proto', 'inet_service'));
  } while (scanner.accept('.'));
  const count = words.filter(isAddress).length;
  if (count > 2) scanner.fail('expected at most two addresses before it');
  const roles = addresses.length > 0 ? [...addresses] : count === 2 ? pair : single;
  let next = 0;
  return words.map((word): Selector => {
    if (word === 'inet_proto') return 'l4proto';
    if (word === 'inet_service') return 'th dport';
    next += 1;
    return roles[next - 1] ?? 'daddr';
  });
}

const isAddress = (word: string): boolean => word.endsWith('_addr');
const pair: readonly Selector[] = ['saddr', 'daddr'];
const single: readonly Selector[] = ['daddr'];

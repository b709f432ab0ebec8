import type { Collection, Selector } from '../../nftables/ast.ts';
import { parseDuration } from '../../nftables/parse/duration.ts';
import {
  parseDataElements,
  parseSetElements,
  parseVerdictElements,
} from '../../nftables/parse/elements.ts';
import type { Scanner } from '../../nftables/parse/scanner.ts';
import { parseSelectors } from '../../nftables/parse/selector.ts';
import type { ListingContext } from './context.ts';

interface Properties {
  interval?: boolean;
  timeout?: number;
  dynamic?: boolean;
}

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
    const { interval = false, ...properties } = parseProperties(scanner);
    const elements = inBlock(scanner, () => parseSetElements(scanner, context, key));
    return { kind: 'set', name, key, interval, ...properties, elements };
  }
  scanner.expect(':');
  if (scanner.accept('verdict')) {
    parseProperties(scanner);
    const elements = inBlock(scanner, () => parseVerdictElements(scanner, context, key));
    return { kind: 'verdict-map', name, key, elements };
  }
  const value = parseTypes(scanner, []);
  parseProperties(scanner);
  const elements = inBlock(scanner, () => parseDataElements(scanner, context, key, value));
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

function parseProperties(scanner: Scanner): Properties {
  const properties: Properties = {};
  for (;;) {
    scanner.skipEnds();
    switch (scanner.peek().text) {
      case 'elements':
      case '}':
        return properties;
      case 'flags':
        scanner.next();
        parseFlags(scanner, properties);
        break;
      case 'timeout':
        scanner.next();
        properties.timeout = parseDuration(scanner);
        break;
      case 'gc-interval':
        scanner.next();
        parseDuration(scanner);
        break;
      case 'size':
      case 'policy':
      case 'comment':
        scanner.next();
        scanner.next();
        break;
      case 'auto-merge':
      case 'counter':
        scanner.next();
        break;
      default:
        scanner.fail('expected a property of a set');
    }
  }
}

function parseFlags(scanner: Scanner, properties: Properties): void {
  do {
    const flag = scanner.oneOf('interval', 'dynamic', 'timeout', 'constant');
    if (flag === 'interval' || flag === 'dynamic') properties[flag] = true;
  } while (scanner.accept(','));
}

function inBlock<E>(scanner: Scanner, parse: () => readonly E[]): readonly E[] {
  const elements = scanner.peek().text === 'elements' ? parse() : [];
  scanner.skipEnds();
  scanner.expect('}');
  return elements;
}

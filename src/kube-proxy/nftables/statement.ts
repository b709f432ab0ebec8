import { parseAddress } from '../../net/address.ts';
import type { Action, DataElement, Match, Selector, Statement } from '../../nftables/ast.ts';
import type { Scanner } from '../../nftables/parse/scanner.ts';
import { beginsSelector, parseSelector, parseSelectors } from '../../nftables/parse/selector.ts';
import {
  parseReference,
  parseStatement,
  parseVerdict,
  skipCounter,
} from '../../nftables/parse/statement.ts';
import { parseField } from '../../nftables/parse/value.ts';
import { addAnonymous, type ListingContext } from './context.ts';

/**
 * One statement as kube-proxy writes them; undefined where it does nothing to a packet. What natc writes
 * too is read as natc's.
 */
export function parseListedStatement(
  scanner: Scanner,
  context: ListingContext,
): Statement | undefined {
  if (scanner.accept('counter')) return skipAnyCounter(scanner);
  if (scanner.accept('comment')) {
    scanner.next();
    return undefined;
  }
  const { text } = scanner.peek();
  if (text === 'masquerade') return parseMasquerade(scanner);
  if (text === 'dnat') return parseDnat(scanner, context);
  if (text === 'update' || text === 'add') return parseUpdate(scanner, context);
  if (text === 'meta' || text === 'mark') return parseMeta(scanner, context);
  if (beginsSelector(text) && text !== 'ct') {
    const { start } = scanner.peek();
    const key = parseSelectors(scanner, context.family);
    const isNegated = scanner.accept('!=');
    if (scanner.peek().text === '{') return parseInSet(scanner, context, key, isNegated);
    if (!isNegated && scanner.accept('vmap')) return parseVmap(scanner, context, key);
    scanner.seek(start);
  }
  return parseStatement(scanner, context.family);
}

/** `counter`, `counter packets 0 bytes 0` or `counter name "x"`. */
function skipAnyCounter(scanner: Scanner): undefined {
  if (scanner.accept('name')) scanner.next();
  else skipCounter(scanner);
}

/** Which port of this node the kernel takes is nothing to the packet's way. */
function parseMasquerade(scanner: Scanner): Action {
  scanner.expect('masquerade');
  while (['fully-random', 'random', 'persistent', ','].includes(scanner.peek().text))
    scanner.next();
  return { kind: 'masquerade' };
}

/** `meta l4proto . th dport vmap @m`, where a set or map may stand in braces; the rest is as natc's. */
function parseMeta(scanner: Scanner, context: ListingContext): Statement {
  const { start } = scanner.peek();
  scanner.next();
  if (scanner.accept('l4proto')) {
    const key: Selector[] = ['l4proto'];
    while (scanner.accept('.')) key.push(parseSelector(scanner, context.family));
    const isNegated = scanner.accept('!=');
    if (scanner.peek().text === '{') return parseInSet(scanner, context, key, isNegated);
    if (!isNegated && scanner.accept('vmap')) return parseVmap(scanner, context, key);
  }
  scanner.seek(start);
  const unmarked = parseUnmarked(scanner);
  if (unmarked !== undefined) return unmarked;
  scanner.seek(start);
  return parseStatement(scanner, context.family);
}

/** `meta mark & 0x4000 == 0`, where the mask is one bit; undefined for anything else. */
function parseUnmarked(scanner: Scanner): Match | undefined {
  scanner.next();
  if (!scanner.accept('mark') || !scanner.accept('&')) return undefined;
  const mask = scanner.number('a mask');
  scanner.accept('==');
  const { text } = scanner.peek();
  if (Number(text) !== 0 || (mask & (mask - 1)) !== 0) return undefined;
  scanner.next();
  return { kind: 'mark', mask, negated: true };
}

/** `{ 10.0.0.0/8, 192.0.2.1 }` */
function parseInSet(
  scanner: Scanner,
  context: ListingContext,
  key: readonly Selector[],
  negated: boolean,
): Match {
  const elements: { readonly key: readonly (string | number)[] }[] = [];
  parseBraces(scanner, () => {
    for (const fields of parseKeys(scanner, context, key)) elements.push({ key: fields });
  });
  const set = addAnonymous(context, (name) => ({
    kind: 'set',
    name,
    key,
    interval: true,
    elements,
  }));
  return { kind: 'in-set', key, negated, set };
}

/** After `vmap`: `@m`, or `{ 0 : goto a, 1 : goto b }`. */
function parseVmap(scanner: Scanner, context: ListingContext, key: readonly Selector[]): Action {
  if (scanner.peek().text !== '{') return { kind: 'vmap', key, map: parseReference(scanner) };
  const elements: {
    readonly key: readonly (string | number)[];
    readonly verdict: { readonly kind: 'goto'; readonly chain: string } | PlainVerdict;
  }[] = [];
  parseBraces(scanner, () => {
    const keys = parseKeys(scanner, context, key);
    scanner.expect(':');
    const verdict = parseVerdict(scanner);
    if (verdict === undefined || verdict.kind === 'jump') return scanner.fail('expected a verdict');
    for (const fields of keys) elements.push({ key: fields, verdict });
  });
  const map = addAnonymous(context, (name) => ({ kind: 'verdict-map', name, key, elements }));
  return { kind: 'vmap', key, map };
}

interface PlainVerdict {
  readonly kind: 'accept' | 'drop' | 'return';
}

/**
 * `dnat to 10.1.0.6:80`, or `dnat ip [addr . port] to numgen random mod 2 map { 0 : 10.1.0.6 . 80, … }`.
 * One destination is a map with one element, which every packet finds.
 */
function parseDnat(scanner: Scanner, context: ListingContext): Action {
  const { family } = context;
  scanner.expect('dnat');
  scanner.accept(family);
  if (scanner.accept('addr')) {
    scanner.expect('.');
    scanner.expect('port');
  }
  scanner.expect('to');
  if (!beginsSelector(scanner.peek().text)) {
    const [address, port] = parseEndpoint(scanner, context);
    return toMap(context, [], [{ key: [], value: [address, port] }]);
  }
  const key = parseSelectors(scanner, family);
  scanner.expect('map');
  if (scanner.peek().text !== '{') return { kind: 'dnat', key, map: parseReference(scanner) };
  const elements: DataElement[] = [];
  parseBraces(scanner, () => {
    const keys = parseKeys(scanner, context, key);
    scanner.expect(':');
    const address = parseOne(scanner, context, 'daddr');
    scanner.expect('.');
    const value = [address, scanner.number('a port')];
    for (const fields of keys) elements.push({ key: fields, value });
  });
  return toMap(context, key, elements);
}

function toMap(
  context: ListingContext,
  key: readonly Selector[],
  elements: readonly DataElement[],
): Action {
  const map = addAnonymous(context, (name) => ({
    kind: 'data-map',
    name,
    key,
    value: ['daddr', 'th dport'],
    elements,
  }));
  return { kind: 'dnat', key, map };
}

/** `10.1.0.6:80` or `[fd00::6]:80` */
function parseEndpoint(scanner: Scanner, { family }: ListingContext): readonly [string, number] {
  const [, six, four, port] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(scanner.peek().text) ?? [];
  const address = parseAddress(six ?? four ?? '');
  if (address === undefined || (address.family === 'IPv6') !== (family === 'ip6'))
    return scanner.fail('expected an address and a port');
  scanner.next();
  return [address.text, Number(port)];
}

/** `update @affinity-… { ip saddr }`, perhaps with a timeout of its own. */
function parseUpdate(scanner: Scanner, context: ListingContext): Action {
  scanner.next();
  const map = parseReference(scanner);
  scanner.expect('{');
  const key = parseSelector(scanner, context.family);
  scanner.expect('}');
  return { kind: 'map-update', operation: 'update', map, key };
}

function parseBraces(scanner: Scanner, parseElement: () => void): void {
  scanner.expect('{');
  do {
    scanner.skipEnds();
    if (scanner.peek().text === '}') break;
    parseElement();
    scanner.skipEnds();
  } while (scanner.accept(','));
  scanner.expect('}');
}

/** One key, or several where nft prints neighbours as a range. */
function parseKeys(
  scanner: Scanner,
  { family }: ListingContext,
  key: readonly Selector[],
): readonly (readonly (string | number)[])[] {
  let keys: readonly (readonly (string | number)[])[] = [[]];
  key.forEach((selector, index) => {
    if (index > 0) scanner.expect('.');
    const field = parseField(scanner, family, selector);
    const values = typeof field === 'object' ? field : [field];
    keys = keys.flatMap((fields) => values.map((value) => [...fields, value]));
  });
  return keys;
}

function parseOne(
  scanner: Scanner,
  { family }: ListingContext,
  selector: Selector,
): string | number {
  const field = parseField(scanner, family, selector);
  return typeof field === 'object' ? scanner.fail('expected one address before it') : field;
}

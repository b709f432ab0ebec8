import type { NftFamily } from '../../net/family.ts';
import { isInterfaceName, isNftName } from '../../net/quote.ts';
import type { Action, Match, Selector, Statement, Verdict } from '../ast.ts';
import type { Scanner, Token } from './scanner.ts';
import { beginsSelector, parseCtOriginal, parseSelector, parseSelectors } from './selector.ts';
import { parseNetwork, parseProtocol } from './value.ts';

/** The statements of one rule, up to the end of its line. */
export function parseRule(scanner: Scanner, family: NftFamily): readonly Statement[] {
  const statements: Statement[] = [];
  do {
    if (scanner.accept('counter')) skipCounter(scanner);
    else if (scanner.accept('comment')) scanner.next();
    else statements.push(parseStatement(scanner, family));
  } while (!isRuleEnd(scanner.peek()));
  return statements;
}

/** Whether nothing more belongs to the rule. */
export const isRuleEnd = ({ kind, text }: Token): boolean =>
  kind === 'end' || kind === 'eof' || (kind === 'sign' && text === '}');

/** Counters change nothing for a packet. */
export function skipCounter(scanner: Scanner): void {
  if (!scanner.accept('packets')) return;
  scanner.number('a count of packets');
  scanner.expect('bytes');
  scanner.number('a count of bytes');
}

/** One statement of natc's. */
export function parseStatement(scanner: Scanner, family: NftFamily): Statement {
  const { text } = scanner.peek();
  const verdict = parseVerdict(scanner);
  if (verdict !== undefined) return verdict;
  if (scanner.accept('iifname')) return parseInterface(scanner);
  if (scanner.accept('meta')) return parseMeta(scanner, family);
  if (scanner.accept('ct')) return parseCt(scanner, family);
  if (scanner.accept('fib')) return parseFib(scanner);
  if (scanner.accept('dnat')) return parseDnat(scanner, family);
  if (scanner.accept('reject')) return parseReject(scanner);
  if (scanner.accept('masquerade')) {
    scanner.expect('fully-random');
    return { kind: 'masquerade' };
  }
  if (text === 'update' || text === 'delete') return parseMapUpdate(scanner, family, text);
  if (beginsSelector(text)) return parseSelection(scanner, family, parseSelectors(scanner, family));
  return scanner.fail('expected a statement that natc knows');
}

/** Takes a verdict, if one stands there. */
export function parseVerdict(scanner: Scanner): Verdict | undefined {
  if (scanner.accept('accept')) return { kind: 'accept' };
  if (scanner.accept('drop')) return { kind: 'drop' };
  if (scanner.accept('return')) return { kind: 'return' };
  if (scanner.accept('jump')) return { kind: 'jump', chain: scanner.name('a chain') };
  if (scanner.accept('goto')) return { kind: 'goto', chain: scanner.name('a chain') };
  return undefined;
}

/** After selectors: a verdict map, a set, or the value that the only selector has to have. */
function parseSelection(
  scanner: Scanner,
  family: NftFamily,
  key: readonly Selector[],
): Match | Action {
  if (scanner.accept('vmap')) return { kind: 'vmap', key, map: parseReference(scanner) };
  const negated = scanner.accept('!=');
  if (scanner.peek().text.startsWith('@')) {
    return { kind: 'in-set', key, negated, set: parseReference(scanner) };
  }
  const [selector, ...others] = key;
  if (others.length > 0) scanner.fail('expected a named set or map');
  if (selector === 'saddr' || selector === 'daddr') {
    return { kind: 'address', selector, negated, network: parseNetwork(scanner, family) };
  }
  if (!negated && selector === 'l4proto')
    return { kind: 'l4proto', protocol: parseProtocol(scanner) };
  if (!negated) {
    if (selector === 'tcp dport') return parsePort(scanner, 'tcp');
    if (selector === 'udp dport') return parsePort(scanner, 'udp');
    if (selector === 'sctp dport') return parsePort(scanner, 'sctp');
  }
  return scanner.fail('expected a named set or map');
}

const parsePort = (scanner: Scanner, protocol: 'tcp' | 'udp' | 'sctp'): Match => ({
  kind: 'dport',
  protocol,
  port: scanner.number('a port'),
});

/** `@name` */
export function parseReference(scanner: Scanner): string {
  const { name, port } = parseReferenceWithPort(scanner);
  return port === undefined ? name : scanner.fail('expected no port after the name');
}

/** nft lists `@name:8080` where the port belongs to the statement. */
function parseReferenceWithPort(scanner: Scanner): {
  readonly name: string;
  readonly port: number | undefined;
} {
  const [, name = '', port] = /^@([^:]*)(?::(\d{1,5}))?$/.exec(scanner.peek().text) ?? [];
  if (!isNftName(name)) scanner.fail('expected the name of a set or map');
  scanner.next();
  return { name, port: port === undefined ? undefined : Number(port) };
}

function parseInterface(scanner: Scanner): Match {
  const negated = scanner.accept('!=');
  const { kind, text: name } = scanner.peek();
  if ((kind !== 'string' && kind !== 'word') || !isInterfaceName(name))
    scanner.fail('expected the name of an interface');
  scanner.next();
  return { kind: 'iifname', negated, name };
}

/** What follows `meta`: the mark, the interface, or the protocol (alone, or first in a key). */
function parseMeta(scanner: Scanner, family: NftFamily): Match | Action {
  if (scanner.accept('iifname')) return parseInterface(scanner);
  if (scanner.accept('l4proto')) {
    const key: Selector[] = ['l4proto'];
    while (scanner.accept('.')) key.push(parseSelector(scanner, family));
    return parseSelection(scanner, family, key);
  }
  scanner.expect('mark');
  return scanner.accept('set') ? parseSetMark(scanner) : parseMark(scanner);
}

/** `meta mark set meta mark or 0x4000`; nft lists `|` and `^`. */
function parseSetMark(scanner: Scanner): Action {
  scanner.accept('meta');
  scanner.expect('mark');
  const sign = scanner.oneOf('or', '|', 'xor', '^');
  const operation = sign === 'or' || sign === '|' ? 'or' : 'xor';
  return { kind: 'set-mark', operation, mask: scanner.number('a mask') };
}

/** `meta mark & mask == mask`, or `!= 0` where the mask is a single bit. */
function parseMark(scanner: Scanner): Match {
  if (!scanner.accept('&')) scanner.expect('and');
  const mask = scanner.number('a mask');
  const isNegated = scanner.accept('!=');
  if (!isNegated) scanner.accept('==');
  const value = scanner.number('a mark');
  const isOneBit = (mask & (mask - 1)) === 0;
  if (isNegated ? value !== 0 || !isOneBit : value !== mask) {
    scanner.fail('expected a test that all bits of the mask are set');
  }
  return { kind: 'mark', mask };
}

/** What follows `ct`. */
function parseCt(scanner: Scanner, family: NftFamily): Match | Action {
  if (scanner.accept('state')) {
    scanner.expect('new');
    return { kind: 'ct-state-new' };
  }
  if (scanner.accept('status')) {
    scanner.expect('dnat');
    return { kind: 'ct-status-dnat' };
  }
  const key: Selector[] = [parseCtOriginal(scanner, family)];
  while (scanner.accept('.')) key.push(parseSelector(scanner, family));
  return parseSelection(scanner, family, key);
}

/** What follows `fib`: `daddr type local`. */
function parseFib(scanner: Scanner): Match {
  const selector = scanner.oneOf('saddr', 'daddr');
  scanner.expect('type');
  scanner.expect('local');
  return { kind: 'fib-local', selector };
}

/** What follows `dnat`: `ip to KEY map @name : 8080`; nft lists `to KEY map @name:8080`. */
function parseDnat(scanner: Scanner, family: NftFamily): Action {
  scanner.accept(family);
  scanner.expect('to');
  const key = parseSelectors(scanner, family);
  scanner.expect('map');
  const { name: map, port } = parseReferenceWithPort(scanner);
  if (port !== undefined) return { kind: 'dnat', key, map, port };
  if (scanner.accept(':')) return { kind: 'dnat', key, map, port: scanner.number('a port') };
  return { kind: 'dnat', key, map };
}

/** What follows `reject`: nothing, or the port unreachable that it stands for. */
function parseReject(scanner: Scanner): Action {
  if (scanner.accept('with')) {
    scanner.oneOf('icmp', 'icmpv6', 'icmpx');
    scanner.accept('type');
    scanner.expect('port-unreachable');
  }
  return { kind: 'reject' };
}

/** `update @map { ip saddr : ip daddr }` */
function parseMapUpdate(
  scanner: Scanner,
  family: NftFamily,
  operation: 'update' | 'delete',
): Action {
  scanner.expect(operation);
  const map = parseReference(scanner);
  scanner.expect('{');
  const key = parseSelector(scanner, family);
  scanner.expect(':');
  const value = parseSelector(scanner, family);
  scanner.expect('}');
  return { kind: 'map-update', operation, map, key, value };
}

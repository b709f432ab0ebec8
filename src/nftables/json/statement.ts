/** Statements of nft's JSON as nft prints them; libnftables-json(5), "Statements". */
import { printEndpoint, printExpression, printVerdict } from './expression.ts';
import { isObject, type JsonObject, joined, listOf, nftQuoted, onlyEntry } from './json.ts';

/** One statement. What has no words here stays in JSON, which no reader of rules takes for anything else. */
export const printStatement = (statement: unknown): string =>
  // nft writes a statement that its JSON knows nothing of as a string: in its own words.
  typeof statement === 'string' ? statement : (printKnown(statement) ?? JSON.stringify(statement));

function printKnown(statement: unknown): string | undefined {
  const [kind, held] = onlyEntry(statement) ?? [];
  if (kind === undefined) return undefined;
  if (held === null) return printPlain(kind) ?? printVerdict(statement);
  if (!isObject(held)) return undefined;
  switch (kind) {
    case 'match':
      return printMatch(held);
    case 'mangle':
      return joined(
        [printExpression(held['key']), 'set', printValue(held['key'], held['value'])],
        ' ',
      );
    case 'vmap':
      return joined([printExpression(held['key']), 'vmap', printExpression(held['data'])], ' ');
    case 'counter':
      return joined(
        [
          'counter packets',
          printExpression(held['packets']),
          'bytes',
          printExpression(held['bytes']),
        ],
        ' ',
      );
    case 'dnat':
      return printDnat(held);
    case 'masquerade':
      return Object.keys(held).every((key) => key === 'flags')
        ? ['masquerade', ...listOf(held['flags'])].join(' ')
        : undefined;
    case 'reject':
      return printReject(held);
    case 'set':
    case 'map':
      return printUpdate(held);
    default:
      return printVerdict(statement);
  }
}

function printPlain(kind: string): string | undefined {
  switch (kind) {
    case 'counter':
    case 'masquerade':
    case 'reject':
    case 'notrack':
      return kind;
    default:
      return undefined;
  }
}

/** `==` and the test of flags go without saying; what is the mark, in the form of marks. */
function printMatch({ op, left, right }: JsonObject): string | undefined {
  const operator = op === '==' || op === 'in' ? [] : typeof op === 'string' ? [op] : [undefined];
  const isMasked = onlyEntry(left)?.[0] === '&';
  const shown = isMasked && op === '==' ? ['=='] : operator;
  return joined([printMasked(left), ...shown, printValue(left, right)], ' ');
}

/** `meta mark & 0x00004000` */
function printMasked(left: unknown): string | undefined {
  const [kind, held] = onlyEntry(left) ?? [];
  if (kind !== '&') return printExpression(left);
  const [field, mask] = listOf(held);
  return joined([printExpression(field), printValue(field, mask)], ' & ');
}

/** What a field is compared with, or set to, as nft prints values of that kind. */
function printValue(field: unknown, value: unknown): string | undefined {
  const name = printExpression(masked(field)) ?? '';
  if (typeof value === 'number' && name.endsWith(' mark'))
    return `0x${value.toString(16).padStart(8, '0')}`;
  if (typeof value === 'string' && /^[io]ifname$/.test(name) && !value.startsWith('@'))
    return nftQuoted(value);
  const [operation, operands] = onlyEntry(value) ?? [];
  if (operation === '|' || operation === '^' || operation === '&')
    return joined(
      listOf(operands).map((operand) => printValue(field, operand)),
      ` ${operation} `,
    );
  return printExpression(value);
}

const masked = (field: unknown): unknown => {
  const [kind, held] = onlyEntry(field) ?? [];
  return kind === '&' ? listOf(held)[0] : field;
};

/** `dnat to 10.1.0.6:80`, `dnat ip to numgen random mod 2 map { 0 : 10.1.0.6 . 80 }`. */
function printDnat({ addr, port, family, flags, ...rest }: JsonObject): string | undefined {
  if (flags !== undefined || addr === undefined || Object.keys(rest).length > 0) return undefined;
  const words = typeof family === 'string' ? ['dnat', family, 'to'] : ['dnat to'];
  return joined([...words, printEndpoint(addr, port)], ' ');
}

function printReject({ type, expr }: JsonObject): string | undefined {
  if (expr === undefined) return typeof type === 'string' ? `reject with ${type}` : undefined;
  const isUsual = expr === 'port-unreachable' && (type === 'icmp' || type === 'icmpv6');
  return isUsual
    ? 'reject'
    : joined(['reject with', printExpression(type), printExpression(expr)], ' ');
}

/** `update @clients { ip saddr }`, of a map with what is kept: `{ ip saddr : ip daddr }`. */
function printUpdate({ op, elem, data, set, map, stmt }: JsonObject): string | undefined {
  if (stmt !== undefined) return undefined;
  const key = printExpression(elem);
  const entry = data === undefined ? key : joined([key, printExpression(data)], ' : ');
  const words = joined([printExpression(op), printExpression(set ?? map), '{', entry, '}'], ' ');
  return words;
}

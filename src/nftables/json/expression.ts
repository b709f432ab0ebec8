/** Expressions of nft's JSON as nft prints them; libnftables-json(5), "Expressions". */
import { parseAddress } from '../../net/address.ts';
import { isObject, type JsonObject, joined, listOf, nftQuoted, onlyEntry } from './json.ts';

/** @returns undefined for what cannot be printed */
export function printExpression(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return joined(value.map(printExpression), ',');
  const [kind, held] = onlyEntry(value) ?? [];
  switch (kind) {
    case 'concat':
      return joined(listOf(held).map(printExpression), ' . ');
    case 'set':
      return printAnonymousSet(held);
    case 'map':
      return isObject(held)
        ? joined([printExpression(held['key']), 'map', printExpression(held['data'])], ' ')
        : undefined;
    case 'prefix':
      return isObject(held)
        ? joined([printExpression(held['addr']), printExpression(held['len'])], '/')
        : undefined;
    case 'range':
      return joined(listOf(held).map(printExpression), '-');
    case '&':
    case '|':
    case '^':
      return joined(listOf(held).map(printExpression), ` ${kind} `);
    case 'elem':
      return isObject(held) ? printElement(held) : undefined;
    default:
      return printVerdict(value) ?? (isObject(held) ? printSelector(kind, held) : undefined);
  }
}

/** `{"jump": {"target": "x"}}`, `{"drop": null}`. */
export function printVerdict(value: unknown): string | undefined {
  const [kind, held] = onlyEntry(value) ?? [];
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return held === null ? kind : undefined;
    case 'jump':
    case 'goto':
      return isObject(held) && typeof held['target'] === 'string'
        ? `${kind} ${held['target']}`
        : undefined;
    default:
      return undefined;
  }
}

/** Keys of meta that nft prints without the word. */
const bareMeta = new Set(['iif', 'iifname', 'oif', 'oifname', 'skuid', 'skgid', 'rtclassid']);

function printSelector(kind: string | undefined, held: JsonObject): string | undefined {
  const { key, dir } = held;
  switch (kind) {
    case 'payload': {
      const { protocol, field, ...rest } = held;
      return Object.keys(rest).length === 0 ? joinedWords(protocol, field) : undefined;
    }
    case 'meta':
      return typeof key === 'string' ? (bareMeta.has(key) ? key : `meta ${key}`) : undefined;
    case 'ct':
      if (typeof key !== 'string') return undefined;
      return typeof dir === 'string' ? `ct ${dir} ${key}` : `ct ${key}`;
    case 'fib': {
      const flags = listOf(held['flags']);
      return joinedWords('fib', joined(flags.map(printExpression), ' . '), held['result']);
    }
    case 'numgen': {
      const { mode, mod, offset } = held;
      const words = ['numgen', mode, 'mod', mod];
      return joinedWords(
        ...words,
        ...(offset === 0 || offset === undefined ? [] : ['offset', offset]),
      );
    }
    default:
      return undefined;
  }
}

const joinedWords = (...words: readonly unknown[]): string | undefined =>
  joined(
    words.map((word) =>
      typeof word === 'string' || typeof word === 'number' ? String(word) : undefined,
    ),
    ' ',
  );

/** `{ a, b }`, or `{ a : x, b : y }` of a map. */
function printAnonymousSet(held: unknown): string | undefined {
  const elements = joined(listOf(held).map(printEntry), ', ');
  return elements === undefined ? undefined : `{ ${elements} }`;
}

/** An element, of a map with what it leads to. */
export const printEntry = (entry: unknown): string | undefined =>
  Array.isArray(entry) ? joined(entry.map(printExpression), ' : ') : printExpression(entry);

/** An element with what is said of it, in the order of nft. */
function printElement(held: JsonObject): string | undefined {
  const { val, timeout, expires, comment, counter: _, ...rest } = held;
  if (Object.keys(rest).length > 0) return undefined;
  const words = [
    printExpression(val),
    ...(timeout === undefined ? [] : [`timeout ${printSeconds(timeout)}`]),
    ...(expires === undefined ? [] : [`expires ${printSeconds(expires)}`]),
    ...(typeof comment === 'string' ? [`comment ${nftQuoted(comment)}`] : []),
  ];
  return joined(words, ' ');
}

/** `10800` as `10800s`. */
export const printSeconds = (value: unknown): string => `${String(value)}s`;

/** An address and a port as `dnat` has them. */
export function printEndpoint(address: unknown, port: unknown): string | undefined {
  const text = printExpression(address);
  if (text === undefined || port === undefined) return text;
  const isSix = typeof address === 'string' && parseAddress(address)?.family === 'IPv6';
  return joined([isSix ? `[${text}]` : text, printExpression(port)], ':');
}

/** Sets and maps of nft's JSON as nft prints them; libnftables-json(5), "Set". */
import { printEntry, printExpression, printSeconds } from './expression.ts';
import { type JsonObject, joined, listOf, nftQuoted, onlyEntry } from './json.ts';
import type { Use } from './uses.ts';

/**
 * The block of a set or map.
 *
 * @param use how rules of its table ask for it; undefined where none does
 * @returns undefined for what cannot be printed
 */
export function printCollection(
  kind: 'set' | 'map',
  collection: JsonObject,
  use: Use | undefined,
): string | undefined {
  const { name, type, map, elem, comment, timeout, size } = collection;
  if (typeof name !== 'string') return undefined;
  const key = declared(type);
  const value = kind === 'map' ? declared(map) : undefined;
  const declaration = inFields(key, value, use) ?? inTypes(key, value, kind);
  const flags = listOf(collection['flags']).map(String);
  // Older nft leaves it out of JSON, and the kernel lets rules write to no other set.
  const all = use?.isWritten === true && !flags.includes('dynamic') ? ['dynamic', ...flags] : flags;
  const gc = collection['gc-interval'];
  const lines: readonly (string | undefined)[] = [
    declaration,
    ...(size === undefined ? [] : [`size ${String(size)}`]),
    ...(all.length === 0 ? [] : [`flags ${all.join(',')}`]),
    ...(timeout === undefined ? [] : [`timeout ${printSeconds(timeout)}`]),
    ...(gc === undefined ? [] : [`gc-interval ${printSeconds(gc)}`]),
    ...(typeof comment === 'string' ? [`comment ${nftQuoted(comment)}`] : []),
    ...(elem === undefined ? [] : [printElements(listOf(elem))]),
  ];
  const body = joined(
    lines.map((line) => (line === undefined ? undefined : `\t\t${line}\n`)),
    '',
  );
  return body === undefined ? undefined : `\t${kind} ${name} {\n${body}\t}\n`;
}

/** The types of a key or value; newer nft writes fields where those were declared. */
interface Declared {
  readonly types?: readonly string[];
  readonly fields?: string;
}

function declared(type: unknown): Declared {
  const [kind, held] = onlyEntry(type) ?? [];
  if (kind === 'typeof') {
    const fields = printExpression(held);
    return fields === undefined ? {} : { fields };
  }
  const words = typeof type === 'string' ? type.split(' . ') : listOf(type);
  return words.every((word) => typeof word === 'string') ? { types: words } : {};
}

/** `typeof ip daddr . tcp dport`: as declared, or as rules ask for it. */
function inFields(key: Declared, value: Declared | undefined, use: Use | undefined) {
  const fields = key.fields ?? (use && fieldsOf(use));
  if (fields === undefined) return undefined;
  if (value === undefined) return `typeof ${fields}`;
  const held = value.fields ?? (use && heldOf(value.types ?? [], use));
  return held === undefined ? undefined : `typeof ${fields} : ${held}`;
}

/** A rule draws a number up to its own count; the key of the map holds any. */
const fieldsOf = ({ key }: Use): string =>
  key.map((field) => field.replace(/^(numgen \S+ mod) \d+$/, '$1 65536')).join(' . ');

function heldOf(types: readonly string[], { key, value }: Use): string | undefined {
  if (value !== undefined) return value;
  if (types.join() === 'verdict') return 'verdict';
  const family = types[0] === 'ipv4_addr' ? 'ip' : types[0] === 'ipv6_addr' ? 'ip6' : undefined;
  if (family === undefined) return undefined;
  const port = key.find((field) => /^(tcp|udp|sctp|th) dport$/.test(field)) ?? 'th dport';
  switch (types.slice(1).join()) {
    case '':
      return `${family} daddr`;
    case 'inet_service':
      return `${family} daddr . ${port}`;
    default:
      return undefined;
  }
}

function inTypes(key: Declared, value: Declared | undefined, kind: 'set' | 'map') {
  if (key.types === undefined) return undefined;
  const words = key.types.join(' . ');
  if (kind === 'set') return `type ${words}`;
  return value?.types === undefined ? undefined : `type ${words} : ${value.types.join(' . ')}`;
}

function printElements(elements: readonly unknown[]): string | undefined {
  const entries = joined(elements.map(printEntry), ',\n\t\t\t     ');
  return entries === undefined ? undefined : `elements = { ${entries} }`;
}

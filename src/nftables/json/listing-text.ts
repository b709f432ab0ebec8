import { printCollection } from './collection.ts';
import { isObject, type JsonObject, nftQuoted, onlyEntry } from './json.ts';
import { printStatement } from './statement.ts';
import { usesIn } from './uses.ts';

/** Whether a text is what `nft -j list` prints. */
export const isNftJson = (text: string): boolean => /^\s*\{\s*"nftables"\s*:/.test(text);

/** Text as nft prints it, or why there is none. */
export type PrintedListing = { readonly text: string } | { readonly problem: string };

/** A table and what is in it, each in the order of the listing. */
interface OpenTable {
  readonly table: JsonObject;
  readonly collections: { readonly kind: 'set' | 'map'; readonly held: JsonObject }[];
  readonly chains: JsonObject[];
  readonly rules: Map<string, JsonObject[]>;
}

/**
 * What `nft list` would have printed where `nft -j list` printed this (libnftables-json(5)), so that there is
 * one reader of rulesets. Statements that have no words here stay in JSON, for the reader to refuse by name;
 * objects that are no part of a packet's way (counters, quotas, helpers) are left out.
 *
 * @returns what is wrong, where it is no JSON or not that of a listing
 */
export function nftTextOfJson(json: string): PrintedListing {
  const objects = objectsIn(json);
  if (typeof objects === 'string') return { problem: objects };
  const tables = new Map<string, OpenTable>();
  for (const object of objects) {
    const [kind, held] = onlyEntry(object) ?? [];
    if (kind === undefined || !isObject(held))
      return { problem: 'something in it is no object of nft' };
    if (kind === 'table') {
      const name = `${String(held['family'])} ${String(held['name'])}`;
      tables.set(name, { table: held, collections: [], chains: [], rules: new Map() });
      continue;
    }
    const open = tables.get(`${String(held['family'])} ${String(held['table'])}`);
    if (kind === 'chain') open?.chains.push(held);
    else if (kind === 'set' || kind === 'map') open?.collections.push({ kind, held });
    else if (kind === 'rule') {
      const chain = String(held['chain']);
      const rules = open?.rules.get(chain) ?? [];
      if (rules.push(held) === 1) open?.rules.set(chain, rules);
    }
  }
  return { text: [...tables.values()].map(printTable).join('') };
}

/** The objects, or what is wrong. */
function objectsIn(json: string): readonly unknown[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return `it is no whole JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const objects = isObject(parsed) ? parsed['nftables'] : undefined;
  return Array.isArray(objects) ? objects : '"nftables" is no list of objects';
}

function printTable({ table, collections, chains, rules }: OpenTable): string {
  const { family, name, comment, flags } = table;
  const all = [...rules.values()].flat();
  const uses = usesIn(all.map(statementsOf));
  const blocks = [
    ...(typeof comment === 'string' ? [`\tcomment ${nftQuoted(comment)}\n`] : []),
    ...(flags === undefined ? [] : [`\tflags ${[flags].flat().join(',')}\n`]),
    ...collections.map(
      ({ kind, held }) =>
        printCollection(kind, held, uses.get(String(held['name']))) ??
        `\t${kind} ${String(held['name'])} {\n\t\t${JSON.stringify(held)}\n\t}\n`,
    ),
    ...chains.map((chain) => printChain(chain, rules.get(String(chain['name'])) ?? [])),
  ];
  return `table ${String(family)} ${String(name)} {\n${blocks.join('\n')}}\n`;
}

function printChain(chain: JsonObject, rules: readonly JsonObject[]): string {
  const { name, comment, type, hook, prio, policy } = chain;
  const head = [
    ...(typeof comment === 'string' ? [`\t\tcomment ${nftQuoted(comment)}\n`] : []),
    ...(hook === undefined
      ? []
      : [
          `\t\ttype ${String(type)} hook ${String(hook)} priority ${String(prio)}; policy ${String(policy)};\n`,
        ]),
  ];
  return `\tchain ${String(name)} {\n${[...head, ...rules.map(printRule)].join('')}\t}\n`;
}

function printRule(rule: JsonObject): string {
  const { comment } = rule;
  const words = statementsOf(rule).map(printStatement);
  const said = typeof comment === 'string' ? [`comment ${nftQuoted(comment)}`] : [];
  return `\t\t${[...words, ...said].join(' ')}\n`;
}

const statementsOf = ({ expr }: JsonObject): readonly unknown[] =>
  Array.isArray(expr) ? expr : [];

import type { BuiltInChain, BuiltInJump, TableName } from '../ruleset/iptables/ast.ts';
import { chainPrefix } from '../ruleset/iptables/names.ts';

/** What natc has, or is to have, in one table of one family. */
export interface TableState {
  readonly name: TableName;
  readonly chains: readonly string[];
  /** `-A NATC-… …`, in order. */
  readonly rules: readonly string[];
  /** From built-in chains into natc's, as often as they are there. */
  readonly jumps: readonly BuiltInJump[];
}

const tableNames: readonly TableName[] = ['mangle', 'filter', 'nat'];

const jumpPattern = new RegExp(
  `^-A (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) -j (${chainPrefix}[A-Z0-9-]+)$`,
);

/**
 * Reads what natc has out of a listing by iptables-save, and nothing else: rules of others are not
 * looked at, whatever they say.
 */
export function readTables(listing: string): readonly TableState[] {
  const tables = new Map(
    tableNames.map((name) => [
      name,
      { name, chains: [] as string[], rules: [] as string[], jumps: [] as BuiltInJump[] },
    ]),
  );
  let table = tables.get('nat');
  for (const line of listing.split('\n')) {
    if (line.startsWith('*')) table = tables.get(line.slice(1).trim() as TableName);
    else if (table === undefined) continue;
    else if (line.startsWith(`:${chainPrefix}`))
      table.chains.push(line.slice(1, line.indexOf(' ')));
    else if (line.startsWith(`-A ${chainPrefix}`)) table.rules.push(line);
    else {
      const [, from, to] = jumpPattern.exec(line) ?? [];
      if (from !== undefined && to !== undefined)
        table.jumps.push({ from: from as BuiltInChain, to });
    }
  }
  return [...tables.values()];
}

const jumpText = ({ from, to }: BuiltInJump): string => `${from} -j ${to}`;

/**
 * One commit that leads a table from what natc has there to what it is to have: chains that stay are
 * flushed and filled again, the others deleted; a jump that is missing is put first in its chain, and
 * one that is right stays where it is.
 *
 * @returns lines for `iptables-restore --noflush`; none when there is nothing to do
 */
export function tableCommit(held: TableState, wanted: TableState): readonly string[] {
  if (isSame(held, wanted)) return [];
  const kept = new Set(wanted.chains);
  const stale = held.chains.filter((chain) => !kept.has(chain));
  const lines = [`*${wanted.name}`];
  for (const chain of [...wanted.chains, ...stale].sort()) lines.push(`:${chain} - [0:0]`);
  for (const rule of wanted.rules) lines.push(rule);
  for (const line of jumpChanges(held.jumps.map(jumpText), wanted.jumps.map(jumpText)))
    lines.push(line);
  for (const chain of stale) lines.push(`-X ${chain}`);
  lines.push('COMMIT');
  return lines;
}

function jumpChanges(held: readonly string[], wanted: readonly string[]): readonly string[] {
  const count = (jump: string): number => held.filter((other) => other === jump).length;
  // By number one could take out only what is too many; but others may insert rules meanwhile.
  const wrong = held.filter((jump) => !wanted.includes(jump) || count(jump) > 1);
  const missing = wanted.filter((jump) => count(jump) !== 1);
  return [...wrong.map((jump) => `-D ${jump}`), ...missing.map((jump) => `-I ${jump}`)];
}

const isSame = (a: TableState, b: TableState): boolean =>
  isSameList([...a.chains].sort(), [...b.chains].sort()) &&
  isSameList(a.rules, b.rules) &&
  isSameList(a.jumps.map(jumpText).sort(), b.jumps.map(jumpText).sort());

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

const commentPattern = /--comment "([^": ]+)/;

/** The Services (`namespace/name`) that rules speak of: comments name them, in the kernel too. */
export function servicesIn(tables: readonly TableState[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { rules } of tables) {
    for (const rule of rules) {
      const name = commentPattern.exec(rule)?.[1];
      if (name?.includes('/') === true) names.add(name);
    }
  }
  return names;
}

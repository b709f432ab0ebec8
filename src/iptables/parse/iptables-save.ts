import type { BuiltInChain, BuiltInJump, TableName } from '../ast.ts';
import { chainPrefix } from '../names.ts';
import { parseStampRule, stampChain, type TableStamp } from '../stamp.ts';
import type { TableRules } from '../tables.ts';

/** What natc has in one table, and the stamp on it. */
export interface ListedTable extends TableRules {
  readonly stamp: TableStamp | undefined;
  /** The chain of the stamp is there, with or without one in it. */
  readonly hasStampChain: boolean;
}

interface OpenTable extends ListedTable {
  readonly chains: Map<string, string[]>;
  readonly jumps: BuiltInJump[];
  stamp: TableStamp | undefined;
  hasStampChain: boolean;
}

const newTable = (): OpenTable => ({
  chains: new Map(),
  jumps: [],
  stamp: undefined,
  hasStampChain: false,
});

const namePattern = new RegExp(`^${chainPrefix}[A-Z0-9-]+$`);

const jumpPattern = new RegExp(
  `^-A (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) -j (${chainPrefix}[A-Z0-9-]+)$`,
);

/**
 * Reads what natc has out of a listing of one family by iptables-save, and nothing else: rules of others
 * are not looked at, whatever they say. This is the only place that reads such listings.
 */
export function parseIptablesSave(listing: string): Readonly<Record<TableName, ListedTable>> {
  const tables = { mangle: newTable(), filter: newTable(), nat: newTable() };
  let table: OpenTable | undefined = tables.nat;
  for (const line of listing.split('\n')) {
    if (line.startsWith('*')) {
      const name = line.slice(1).trim();
      table = Object.hasOwn(tables, name) ? tables[name as TableName] : undefined;
    } else if (table !== undefined) readLine(line, table);
  }
  return tables;
}

function readLine(line: string, table: OpenTable): void {
  if (line.startsWith(`:${chainPrefix}`)) {
    const name = line.slice(1, line.indexOf(' '));
    // A name that natc never gives is not natc's.
    if (!namePattern.test(name)) return;
    if (name === stampChain) table.hasStampChain = true;
    else table.chains.set(name, []);
  } else if (line.startsWith(`-A ${chainPrefix}`)) {
    const end = line.indexOf(' ', 3);
    const name = line.slice(3, end < 0 ? undefined : end);
    const rule = end < 0 ? '' : line.slice(end + 1);
    if (name === stampChain) table.stamp = parseStampRule(rule);
    else table.chains.get(name)?.push(rule);
  } else {
    const [, from, to] = jumpPattern.exec(line) ?? [];
    if (from !== undefined && to !== undefined)
      table.jumps.push({ from: from as BuiltInChain, to });
  }
}

import type { BuiltInJump } from './ast.ts';
import { isSameRules } from './canonical-rule.ts';
import {
  allTables,
  type IptablesTableRef,
  type KernelRules,
  kernelRules,
  type TableRules,
} from './tables.ts';

/** What leads one table from one state to another: whole chains, never single rules of one. */
export interface TableDelta extends IptablesTableRef {
  /** Chains that are new or differ, with all their rules. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** How many of them are new. */
  readonly added: number;
  /** Chains that are no longer desired. */
  readonly removed: readonly string[];
  /** Each takes one such jump away. */
  readonly removedJumps: readonly BuiltInJump[];
  readonly addedJumps: readonly BuiltInJump[];
}

/** The tables that differ, in the order in which they are committed. */
export interface IptablesDelta {
  readonly tables: readonly TableDelta[];
}

/** What leads the tables from what they hold to what is desired; no table of it is empty. */
export const iptablesDelta = (observed: KernelRules, desired: KernelRules): IptablesDelta => ({
  tables: allTables
    .map((ref) => tableDelta(ref, observed[ref.family][ref.table], desired[ref.family][ref.table]))
    .filter((delta) => !isEmptyDelta(delta)),
});

export const isEmptyDelta = ({ chains, removed, removedJumps, addedJumps }: TableDelta): boolean =>
  chains.size + removed.length + removedJumps.length + addedJumps.length === 0;

/** The same for one table, which may turn out to be empty. */
export function tableDelta(
  ref: IptablesTableRef,
  observed: TableRules,
  desired: TableRules,
): TableDelta {
  const chains = new Map<string, readonly string[]>();
  let added = 0;
  for (const [name, rules] of desired.chains) {
    const before = observed.chains.get(name);
    if (before === undefined) added++;
    else if (isSameRules(before, rules)) continue;
    chains.set(name, rules);
  }
  const removed = [...observed.chains.keys()].filter((name) => !desired.chains.has(name));
  return { ...ref, chains, added, removed, ...jumpChanges(observed.jumps, desired.jumps) };
}

/** A jump that is right stays where it is; one that is there more than once is put in anew. */
function jumpChanges(
  observed: readonly BuiltInJump[],
  desired: readonly BuiltInJump[],
): Pick<TableDelta, 'removedJumps' | 'addedJumps'> {
  const isSame = (a: BuiltInJump, b: BuiltInJump): boolean => a.from === b.from && a.to === b.to;
  const count = (jump: BuiltInJump): number =>
    observed.filter((other) => isSame(jump, other)).length;
  const isDesired = (jump: BuiltInJump): boolean => desired.some((other) => isSame(jump, other));
  return {
    // By number one could take out only what is too many; but others may insert rules meanwhile.
    removedJumps: observed.filter((jump) => !isDesired(jump) || count(jump) > 1),
    addedJumps: desired.filter((jump) => count(jump) !== 1),
  };
}

/** What tables hold after a delta. */
export const applyIptablesDelta = ({ tables }: IptablesDelta, observed: KernelRules): KernelRules =>
  kernelRules((ref) => {
    const { chains, jumps } = observed[ref.family][ref.table];
    const delta = tables.find(({ family, table }) => family === ref.family && table === ref.table);
    if (delta === undefined) return { chains, jumps };
    const gone = new Set(delta.removed);
    const next = new Map([...chains].filter(([name]) => !gone.has(name)));
    for (const [name, rules] of delta.chains) next.set(name, rules);
    const left = [...jumps];
    for (const { from, to } of delta.removedJumps) {
      const at = left.findIndex((jump) => jump.from === from && jump.to === to);
      if (at >= 0) left.splice(at, 1);
    }
    return { chains: next, jumps: [...delta.addedJumps, ...left] };
  });

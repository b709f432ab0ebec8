import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools, otherVariant } from '../../host/machine/iptables-tools.ts';
import { ipFamilies } from '../../net/family.ts';
import { tableDelta } from '../delta.ts';
import { noRules, tableNames } from '../tables.ts';
import { hasOwnRules, isListed, type ListedRules, listRules } from './kernel-tables.ts';
import { sendCommits, type TableCommit } from './transaction.ts';

export type IptablesCleanup =
  | {
      readonly kind: 'clean';
      /** `the NATC chains of iptables (legacy)` and the like: the programs that had some. */
      readonly removed: readonly string[];
    }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Removes natc's chains and the jumps into them, and nothing else, from both variants' tables. */
export async function cleanUpIptables(host: Host): Promise<IptablesCleanup> {
  const tools = await findIptables(host);
  // Where there is no iptables, there are no rules of natc.
  if (!isTools(tools)) return { kind: 'clean', removed: [] };
  const removed: string[] = [];
  const other = otherVariant(host, tools);
  const [ours, theirs] =
    tools.variant === 'legacy' ? ['legacy', 'nf_tables'] : ['nf_tables', 'legacy'];
  for (const [name, machine] of [
    [ours, host],
    [theirs, other],
  ] as const) {
    const listed = await listRules(machine, new Set());
    if (!isListed(listed)) {
      if (machine === host) return { kind: 'refused', diagnostics: [listed] };
      continue;
    }
    for (const family of ipFamilies) {
      const program = family === 'IPv4' ? 'iptables' : 'ip6tables';
      if (tableNames.some((table) => hasOwnRules(listed[family][table])))
        removed.push(`the NATC chains of ${program} (${name})`);
    }
    const failure = await sendCommits(machine, removals(listed));
    if (failure !== undefined) return { kind: 'refused', diagnostics: [failure] };
  }
  return { kind: 'clean', removed };
}

/** Commits that take away all that natc has, in the tables that have something. */
const removals = (listed: ListedRules): readonly TableCommit[] =>
  ipFamilies.flatMap((family) =>
    tableNames
      .filter((table) => hasOwnRules(listed[family][table]))
      .map((table) => ({
        delta: tableDelta({ family, table }, listed[family][table], noRules),
        stamp: { observed: 'unknown', desired: undefined },
      })),
  );

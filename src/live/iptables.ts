import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { renderIptablesTable } from '../render/iptables-restore.ts';
import type { IptablesRuleset } from '../ruleset/iptables/ast.ts';
import type { Host } from './host.ts';
import { readTables, servicesIn, type TableState, tableCommit } from './iptables-tables.ts';
import {
  findIptables,
  type IptablesTools,
  iptablesFailure,
  isTools,
  listIptables,
  otherVariant,
  restoreIptables,
} from './iptables-tools.ts';
import { guardServices } from './removal-guard.ts';

export type IptablesOutcome =
  | {
      readonly kind: 'applied';
      readonly tools: IptablesTools;
      /** How many rules there are now. */
      readonly rules: number;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Nothing was changed, or all that was has been taken back. */
  | { readonly kind: 'refused' | 'guarded'; readonly diagnostics: readonly Diagnostic[] }
  /** Some tables are the new ones and could not be taken back. */
  | { readonly kind: 'incomplete'; readonly diagnostics: readonly Diagnostic[] };

type State = ReadonlyMap<IpFamily, readonly TableState[]>;

/**
 * Makes the kernel hold these rules: a commit for each table, IPv4 before IPv6. Chains of natc that are
 * no longer wanted go in the same commit; rules of others stay as they are. When a commit fails, those
 * before it are taken back.
 *
 * @param rulesets a family that is not among them is left without rules of natc
 * @param maxRemovals percent of the kernel's Services that may go; undefined: any number
 */
export async function applyIptables(
  host: Host,
  rulesets: readonly IptablesRuleset[],
  maxRemovals: number | undefined,
): Promise<IptablesOutcome> {
  const tools = await findIptables(host);
  if (!isTools(tools)) return { kind: 'refused', diagnostics: [tools] };
  const needed = new Set(rulesets.map(({ family }) => family));
  const held = await readState(host, needed);
  if (!isState(held)) return { kind: 'refused', diagnostics: [held] };
  const wanted = stateOf(rulesets);
  const objections =
    maxRemovals === undefined
      ? []
      : guardServices(servicesOf(held), servicesOf(wanted), maxRemovals);
  if (objections.length > 0) return { kind: 'guarded', diagnostics: objections };

  const failure = await lead(host, held, wanted);
  if (failure !== undefined) return takeBack(host, held, needed, failure);
  const rules = [...wanted.values()].flat().reduce((sum, table) => sum + table.rules.length, 0);
  return { kind: 'applied', tools, rules, diagnostics: await warnOfOtherVariant(host, tools) };
}

async function takeBack(
  host: Host,
  held: State,
  needed: ReadonlySet<IpFamily>,
  failure: Diagnostic,
): Promise<IptablesOutcome> {
  const now = await readState(host, needed);
  const obstacle = isState(now) ? await lead(host, now, held) : now;
  return obstacle === undefined
    ? { kind: 'refused', diagnostics: [failure] }
    : { kind: 'incomplete', diagnostics: [failure, obstacle] };
}

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
    const held = await readState(machine, new Set());
    if (!isState(held)) {
      if (machine === host) return { kind: 'refused', diagnostics: [held] };
      continue;
    }
    for (const [family, tables] of held) {
      const program = family === 'IPv4' ? 'iptables' : 'ip6tables';
      if (tables.some(({ chains }) => chains.length > 0))
        removed.push(`the NATC chains of ${program} (${name})`);
    }
    const failure = await lead(machine, held, stateOf([]));
    if (failure !== undefined) return { kind: 'refused', diagnostics: [failure] };
  }
  return { kind: 'clean', removed };
}

/** Whether any table of this variant has chains of natc; false where it cannot be asked. */
export async function hasIptablesRules(host: Host): Promise<boolean> {
  const state = await readState(host, new Set());
  return isState(state) && [...state.values()].flat().some(({ chains }) => chains.length > 0);
}

/**
 * Reads both families' tables.
 *
 * @param needed of another family the programs may be missing: then it has no rules
 */
async function readState(host: Host, needed: ReadonlySet<IpFamily>): Promise<State | Diagnostic> {
  const state = new Map<IpFamily, readonly TableState[]>();
  for (const family of ipFamilies) {
    const result = await listIptables(host, family);
    if (result.kind === 'not-started' && !needed.has(family)) continue;
    const failure = iptablesFailure(result, family, '');
    if (failure !== undefined) return failure;
    state.set(family, readTables(result.kind === 'exited' ? result.stdout : ''));
  }
  return state;
}

const isState = (read: State | Diagnostic): read is State => 'size' in read;

/** What the rulesets ask for, in each table of both families. */
function stateOf(rulesets: readonly IptablesRuleset[]): State {
  return new Map(
    ipFamilies.map((family) => {
      const ruleset = rulesets.find((candidate) => candidate.family === family);
      const tables = readTables('').map((empty): TableState => {
        const table = ruleset?.tables.find(({ name }) => name === empty.name);
        if (ruleset === undefined || table === undefined) return empty;
        return {
          name: table.name,
          chains: table.chains.map(({ name }) => name),
          rules: renderIptablesTable(ruleset, table).filter((line) => line.startsWith('-A ')),
          jumps: table.jumps,
        };
      });
      return [family, tables];
    }),
  );
}

const servicesOf = (state: State): ReadonlySet<string> => servicesIn([...state.values()].flat());

/** @returns what went wrong; then the families and tables before it are done. */
async function lead(host: Host, held: State, wanted: State): Promise<Diagnostic | undefined> {
  for (const family of ipFamilies) {
    const before = held.get(family) ?? [];
    const lines = (wanted.get(family) ?? []).flatMap((table) => {
      const same = before.find(({ name }) => name === table.name);
      return tableCommit(same ?? { ...table, chains: [], rules: [], jumps: [] }, table);
    });
    if (lines.length === 0) continue;
    const text = `${lines.join('\n')}\n`;
    const failure = iptablesFailure(await restoreIptables(host, family, text), family, text);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function warnOfOtherVariant(
  host: Host,
  tools: IptablesTools,
): Promise<readonly Diagnostic[]> {
  if (!(await hasIptablesRules(otherVariant(host, tools)))) return [];
  const other = tools.variant === 'legacy' ? 'nf_tables' : 'legacy';
  return [
    {
      code: 'NATC5053',
      severity: 'warning',
      message: `iptables (${other}) holds rules of natc too, and the kernel obeys both`,
      places: [],
      hint: 'remove all of them with natc cleanup, then apply again',
    },
  ];
}

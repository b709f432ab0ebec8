import type { BuiltInJump, IptablesRuleset, TableName } from '../ast.ts';
import type { TableDelta } from '../delta.ts';
import { builtInJumps } from '../layout/jumps.ts';
import { stampChain, stampRule, type TableStamp } from '../stamp.ts';
import { type KernelRules, kernelRules, noRules, tableNames } from '../tables.ts';
import { chainName, renderIptablesRule } from './iptables-rule.ts';

/** What rulesets ask for, in each table of both families; a family without one has no rules. */
export const renderIptablesTables = (rulesets: readonly IptablesRuleset[]): KernelRules =>
  kernelRules(({ family, table }) => {
    const found = rulesets
      .find((ruleset) => ruleset.family === family)
      ?.tables.find(({ name }) => name === table);
    if (found === undefined) return noRules;
    const chains = new Map(
      found.chains.map(({ name, rules }) => [chainName(name), rules.map(renderIptablesRule)]),
    );
    return { chains, jumps: found.jumps };
  });

/** `PREROUTING -j NATC-SERVICES`, to follow `-I`, `-C` or `-D`. */
export const renderJump = ({ from, to }: BuiltInJump): string => `${from} -j ${chainName(to)}`;

/** The stamps of one table before and after a commit. */
export interface StampSwap {
  /** `unknown` whether there is one, or which: then it is set whatever is there. */
  readonly observed: TableStamp | 'unknown';
  /** Undefined: the table is to have none. */
  readonly desired: TableStamp | undefined;
}

/**
 * One commit of one table, for `iptables-restore --noflush`: chains that are declared are emptied first,
 * those that are not named stay as they are. A jump that is missing is put first in its chain.
 *
 * @param checksJumps whether it fails where one of natc's jumps is not there
 */
export function renderTableCommit(
  { table, chains, removed, removedJumps, addedJumps }: TableDelta,
  stamp: StampSwap,
  checksJumps = false,
): readonly string[] {
  const lines = [`*${table}`];
  // iptables-legacy keeps chains sorted, and takes twice as long when they come in another order.
  for (const name of [...chains.keys(), ...removed, ...declaredStamp(stamp)].sort())
    lines.push(`:${chainName(name)} - [0:0]`);
  if (checksJumps) for (const jump of builtInJumps[table]) lines.push(`-C ${renderJump(jump)}`);
  lines.push(...stampLines(stamp));
  for (const [name, rules] of chains) for (const rule of rules) lines.push(`-A ${name} ${rule}`);
  for (const jump of removedJumps) lines.push(`-D ${renderJump(jump)}`);
  for (const jump of addedJumps) lines.push(`-I ${renderJump(jump)}`);
  for (const name of removed) lines.push(`-X ${chainName(name)}`);
  lines.push('COMMIT');
  return lines;
}

const declaredStamp = ({ observed, desired }: StampSwap): readonly string[] =>
  observed === 'unknown' || desired === undefined ? [stampChain] : [];

function stampLines({ observed, desired }: StampSwap): readonly string[] {
  if (desired === undefined) return [`-X ${stampChain}`];
  return [
    ...(observed === 'unknown' ? [] : [`-D ${stampChain} ${stampRule(observed)}`]),
    `-A ${stampChain} ${stampRule(desired)}`,
  ];
}

/**
 * Asks whether the jumps are in place, and the stamps where some are given: iptables-restore ends well
 * with this input, and changes nothing, exactly where they all are.
 *
 * @returns '' where a family has no stamps
 */
export function renderTableChecks(
  stamps: Readonly<Record<TableName, TableStamp | undefined>>,
): string {
  const lines = tableNames.flatMap((table) => {
    const stamp = stamps[table];
    if (stamp === undefined) return [];
    return [
      `*${table}`,
      ...builtInJumps[table].map((jump) => `-C ${renderJump(jump)}`),
      `-C ${stampChain} ${stampRule(stamp)}`,
      'COMMIT',
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

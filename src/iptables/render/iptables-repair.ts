import type { IptablesDelta, TableDelta } from '../delta.ts';
import type { KernelRules } from '../tables.ts';
import { chainName } from './iptables-rule.ts';
import { renderJump } from './iptables-tables.ts';

/** A difference as commands for a shell, one rule each: what a person may look at, or run. */
export const renderRepair = ({ tables }: IptablesDelta, observed: KernelRules): readonly string[] =>
  tables.flatMap((delta) => {
    const program = delta.family === 'IPv4' ? 'iptables' : 'ip6tables';
    return tableCommands(delta, observed).map(
      (command) => `${program} -t ${delta.table} ${command}`,
    );
  });

function tableCommands(
  { family, table, chains, removed, removedJumps, addedJumps }: TableDelta,
  observed: KernelRules,
): readonly string[] {
  const isThere = observed[family][table].chains;
  return [
    ...[...chains.keys()].map((name) => `${isThere.has(name) ? '-F' : '-N'} ${chainName(name)}`),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    ...removedJumps.map((jump) => `-D ${renderJump(jump)}`),
    ...addedJumps.map((jump) => `-I ${renderJump(jump)}`),
    ...removed.map((name) => `-F ${chainName(name)}`),
    ...removed.map((name) => `-X ${chainName(name)}`),
  ];
}

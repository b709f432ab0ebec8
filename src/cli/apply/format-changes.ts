import { counted } from '../../diagnostics/summary.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';
import type { IptablesDelta } from '../../iptables/delta.ts';
import type { Delta, Operation } from '../../nftables/delta.ts';

/** `2 elements added, 1 element deleted, 3 chains rewritten`: what a transaction did, zeros left out. */
export function formatChanges(delta: Delta | IptablesDelta | undefined): string {
  if (delta === undefined) return 'tables replaced';
  if ('tables' in delta) return formatIptablesChanges(delta);
  const operations = [...delta.operations, ...delta.cleanup];
  const count = (kind: Operation['kind']): number =>
    operations.filter((operation) => operation.kind === kind).length;
  const elements = (kind: 'add-elements' | 'delete-elements'): number =>
    operations.reduce(
      (sum, operation) => (operation.kind === kind ? sum + operation.elements.length : sum),
      0,
    );
  // Chains that go are flushed before, too.
  const rewritten = count('flush-chain') - count('delete-chain');
  const parts = [
    ...some(elements('add-elements'), 'element', 'added'),
    ...some(elements('delete-elements'), 'element', 'deleted'),
    ...some(count('add-chain'), 'chain', 'added'),
    ...some(rewritten, 'chain', 'rewritten'),
    ...some(count('delete-chain'), 'chain', 'deleted'),
  ];
  return parts.length === 0 ? counted(operations.length, 'command') : parts.join(', ');
}

/** `, 12 UDP flows ended`; empty when none was. */
export const formatEnded = (ended: EndedFlows['ended']): string =>
  (['UDP', 'SCTP'] as const)
    .filter((protocol) => ended[protocol] > 0)
    .map((protocol) => `, ${counted(ended[protocol], `${protocol} flow`)} ended`)
    .join('');

/** `1 chain added, 3 chains rewritten, 3 jumps added`, zeros left out. */
function formatIptablesChanges({ tables }: IptablesDelta): string {
  const sum = (of: (delta: (typeof tables)[number]) => number): number =>
    tables.reduce((total, delta) => total + of(delta), 0);
  const parts = [
    ...some(
      sum(({ added }) => added),
      'chain',
      'added',
    ),
    ...some(
      sum(({ chains, added }) => chains.size - added),
      'chain',
      'rewritten',
    ),
    ...some(
      sum(({ removed }) => removed.length),
      'chain',
      'deleted',
    ),
    ...some(
      sum(({ addedJumps }) => addedJumps.length),
      'jump',
      'added',
    ),
    ...some(
      sum(({ removedJumps }) => removedJumps.length),
      'jump',
      'deleted',
    ),
  ];
  return parts.length === 0 ? counted(tables.length, 'stamp') : parts.join(', ');
}

const some = (count: number, noun: string, done: string): readonly string[] =>
  count > 0 ? [`${counted(count, noun)} ${done}`] : [];

import { counted } from '../../diagnostics/summary.ts';
import { someOf } from '../../host/change/some-of.ts';
import type { Delta, Operation } from '../delta.ts';

/** What a transaction did: `2 elements added, 1 element deleted, 3 chains rewritten`; zeros left out. */
export function changesInWords(delta: Delta | undefined): string {
  if (delta === undefined) return 'tables replaced';
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
    ...someOf(elements('add-elements'), 'element', 'added'),
    ...someOf(elements('delete-elements'), 'element', 'deleted'),
    ...someOf(count('add-chain'), 'chain', 'added'),
    ...someOf(rewritten, 'chain', 'rewritten'),
    ...someOf(count('delete-chain'), 'chain', 'deleted'),
  ];
  return parts.length === 0 ? counted(operations.length, 'command') : parts.join(', ');
}

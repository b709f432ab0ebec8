import { expect, test } from 'vitest';
import type { Operation } from '../../../src/nftables/delta.ts';
import { changesInWords } from '../../../src/nftables/host/changes.ts';

const ref = { family: 'ip', table: 'natc' } as const;
const flush = (chain: string): Operation => ({ ...ref, kind: 'flush-chain', chain });

test('only what happened is counted', () => {
  const operations: readonly Operation[] = [
    { ...ref, kind: 'add-elements', collection: 'services', elements: ['a', 'b'] },
    { ...ref, kind: 'delete-elements', collection: 'services', elements: ['c'] },
  ];
  expect(changesInWords({ operations, cleanup: [] })).toBe('2 elements added, 1 element deleted');
});

test('a rule that changes is no empty change', () => {
  const operations: readonly Operation[] = [
    flush('mark-for-masquerade'),
    { ...ref, kind: 'add-rule', chain: 'mark-for-masquerade', rule: 'meta mark set 1' },
  ];
  expect(changesInWords({ operations, cleanup: [] })).toBe('1 chain rewritten');
});

test('a chain that goes was not rewritten', () => {
  const cleanup: readonly Operation[] = [{ ...ref, kind: 'delete-chain', chain: 'pick-tcp-2' }];
  expect(changesInWords({ operations: [flush('pick-tcp-2')], cleanup })).toBe('1 chain deleted');
});

test('a transaction that replaced the tables says that', () => {
  expect(changesInWords(undefined)).toBe('tables replaced');
});

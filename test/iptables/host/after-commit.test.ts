/** The rows of the table in the head comment of after-commit.ts. */
import { expect, test } from 'vitest';
import { afterCommit } from '../../../src/iptables/host/after-commit.ts';

test.each([
  [true, 'as-desired', 'state', 'done'],
  [true, 'as-desired', 'kernel', 'done'],
  [false, 'as-desired', 'state', 'done'],
  [false, 'as-desired', 'kernel', 'done'],
  [true, 'as-before', 'state', 'refused'],
  [true, 'as-before', 'kernel', 'refused'],
  [true, 'other', 'state', 'incomplete'],
  [true, 'other', 'kernel', 'incomplete'],
  [false, 'as-before', 'state', 'send-again'],
  [false, 'other', 'state', 'send-again'],
  [false, 'as-before', 'kernel', 'take-back'],
  [false, 'other', 'kernel', 'take-back'],
] as const)('success: %s, %s, known from the %s', (isSuccess, tables, source, next) => {
  expect(afterCommit(isSuccess, tables, source)).toBe(next);
});

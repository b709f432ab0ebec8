import { describe, expect, test } from 'vitest';
import { backoffAfter } from '../../src/follow/backoff.ts';
import { nextSync } from '../../src/follow/schedule.ts';

const periods = { least: 1000, whole: 60_000 };
const quiet = { isWhole: false, hasChanges: false };
const changed = { ...quiet, hasChanges: true };

describe('when to look at the kernel next', () => {
  const settled = { lastEnd: 100_000, lastWhole: 100_000, failures: 0 };

  test('at first at once', () => {
    const none = { lastEnd: undefined, lastWhole: undefined, failures: 0 };
    expect(nextSync(quiet, none, periods, 5)).toEqual({ at: 5, reason: 'list' });
  });

  test('the first change after quiet goes at once, the next ones are gathered', () => {
    expect(nextSync(changed, settled, periods, 105_000)).toEqual({ at: 105_000, reason: 'change' });
    expect(nextSync(changed, settled, periods, 100_200)).toEqual({ at: 101_000, reason: 'change' });
  });

  test('without changes only the period counts', () => {
    expect(nextSync(quiet, settled, periods, 100_200)).toEqual({ at: 160_000, reason: 'period' });
    expect(nextSync(quiet, settled, periods, 170_000)).toEqual({ at: 170_000, reason: 'period' });
  });

  test('what failed is tried again, later from time to time, and with a change', () => {
    const failed = (failures: number) => ({ ...settled, failures });
    expect(nextSync(quiet, failed(1), periods, 100_000)).toEqual({ at: 101_000, reason: 'retry' });
    expect(nextSync(quiet, failed(4), periods, 100_000)).toEqual({ at: 108_000, reason: 'retry' });
    const patient = { ...periods, whole: 3_600_000 };
    expect(nextSync(quiet, failed(30), patient, 100_000).at).toBe(160_000);
    expect(nextSync(changed, failed(30), patient, 100_000)).toEqual({
      at: 101_000,
      reason: 'change',
    });
    const impatient = { ...periods, least: 0 };
    expect(nextSync(changed, failed(3), impatient, 100_000).at).toBe(101_000);
  });
});

test('attempts come further and further apart, and not all nodes come at once', () => {
  expect([1, 2, 3, 7, 100].map((failures) => backoffAfter(failures, 0))).toEqual([
    800, 1600, 3200, 30_000, 30_000,
  ]);
  expect(backoffAfter(1, 0.5)).toBe(1200);
});

import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import {
  countOf,
  goneFrom,
  hear,
  joinedWarnings,
  mostWarnings,
  noWarnings,
  standingAfter,
  warningLine,
} from '../../src/diagnostics/standing.ts';

const warning = (name: string, message = 'left out'): Diagnostic => ({
  code: 'NATC2001',
  severity: 'warning',
  message,
  places: [{ kind: 'file', name }],
});
const all = () => true;
const none = () => false;
const many = Array.from({ length: mostWarnings + 500 }, (_, index) => warning(`file-${index}`));

describe('a warning', () => {
  test('is news once, and keeps the time at which it came', () => {
    const first = hear([warning('a')], undefined, 100);
    expect(first.news).toHaveLength(1);
    const second = hear([warning('a'), warning('b')], first.standing, 160);
    expect(second.news).toEqual([warning('b')]);
    expect(second.standing.warnings.map(({ place, since }) => [place, since])).toEqual([
      ['a', 100],
      ['b', 160],
    ]);
  });

  test('is news when it says something else, and the other is not gone', () => {
    const { standing } = hear([warning('a')], undefined, 100);
    const other = hear([warning('a', 'read as 0')], standing, 160);
    expect(other.news).toHaveLength(1);
    expect(goneFrom(standing, other.standing, all)).toEqual([]);
  });

  test('without a place is not gone either when its text changes', () => {
    const failed = (message: string): Diagnostic => ({ ...warning('', message), places: [] });
    const { standing } = hear([failed('of 1 port')], undefined, 100);
    const other = hear([failed('of 2 ports')], standing, 160);
    expect(other.news).toHaveLength(1);
    expect(goneFrom(standing, other.standing, all)).toEqual([]);
    expect(goneFrom(standing, noWarnings, all)).toHaveLength(1);
    const both = hear([failed('of 1 port'), failed('of 2 ports')], undefined, 100).standing;
    expect(goneFrom(both, hear([failed('of 2 ports')], both, 160).standing, all)).toHaveLength(1);
  });

  test('that is not given again is gone only where it was looked for', () => {
    const { standing } = hear([warning('a')], undefined, 100);
    const gone = goneFrom(standing, noWarnings, all);
    expect(gone.map(warningLine)).toEqual(['NATC2001 a: left out']);
    expect(goneFrom(standing, noWarnings, none)).toEqual([]);
    expect(standingAfter(standing, noWarnings, all, none)).toEqual(noWarnings);
    expect(standingAfter(standing, noWarnings, none, all)).toEqual(standing);
  });

  test('that tells of an event is told each time; so are errors', () => {
    const event: Diagnostic = { ...warning('a'), code: 'NATC5026' };
    const error: Diagnostic = { ...warning('a'), severity: 'error' };
    const { standing } = hear([event, error], undefined, 100);
    expect(standing).toEqual(noWarnings);
    expect(hear([event, error], standing, 160).news).toEqual([event, error]);
  });

  test('is kept as one line without a control character, cut where it is long', () => {
    const { standing } = hear([warning('a\u001b[2K', `x\n${'y'.repeat(10_000)}`)], undefined, 1);
    const [kept] = standing.warnings;
    expect(kept?.place).toBe('a\\u001b[2K');
    expect(kept?.message).toMatch(/^x\\u000ay+\.\.\.$/);
    expect(kept?.message.length).toBeLessThan(500);
  });
});

describe('more warnings than are kept', () => {
  test('are counted, and silent as long as they are the same', () => {
    const first = hear(many, undefined, 100);
    expect(first.news).toHaveLength(many.length);
    expect(first.standing.warnings).toHaveLength(mostWarnings);
    expect(countOf(first.standing)).toBe(many.length);
    const second = hear([...many].reverse(), first.standing, 160);
    expect(second.news).toEqual([]);
    expect(countOf(standingAfter(first.standing, second.standing, all, none))).toBe(many.length);
    expect(hear([...many, warning('z')], first.standing, 160).news).toContainEqual(warning('z'));
  });

  test('are told of as gone once the rest fits', () => {
    const { standing } = hear(many, undefined, 100);
    const less = hear(many.slice(1), standing, 160).standing;
    expect(goneFrom(standing, less, all)).toEqual([]);
    const few = hear(many.slice(mostWarnings - 1, mostWarnings), standing, 160).standing;
    expect(goneFrom(standing, few, all)).toHaveLength(mostWarnings - 1);
  });

  test('of several parts of a run are joined', () => {
    const parts = [many.slice(0, 900), many.slice(900)].map(
      (part) => hear(part, undefined, 100).standing,
    );
    expect(countOf(joinedWarnings(parts))).toBe(many.length);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { diffLines } from '../../src/diff/line-diff.ts';
import { unifiedDiff } from '../../src/diff/unified.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'unique 1', 'unique 2', 'unique 3'), {
  maxLength: 30,
});

test('replacing what changed turns the old lines into the new ones', () => {
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const result: string[] = [];
      let at = 0;
      for (const { aStart, aEnd, bStart, bEnd } of diffLines(a, b)) {
        result.push(...a.slice(at, aStart), ...b.slice(bStart, bEnd));
        at = aEnd;
      }
      result.push(...a.slice(at));
      expect(result).toEqual(b);
    }),
    { numRuns: 500 },
  );
});

test('lines that are the same are never part of a change', () => {
  fc.assert(
    fc.property(lines, (a) => {
      expect(diffLines(a, a)).toEqual([]);
    }),
  );
});

test('a moved line in a long text is two small changes', () => {
  const a = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
  const b = [...a.slice(0, 100), ...a.slice(101, 900), 'line 100', ...a.slice(900)];
  expect(diffLines(a, b)).toEqual([
    { aStart: 100, aEnd: 101, bStart: 100, bEnd: 100 },
    { aStart: 900, aEnd: 900, bStart: 899, bEnd: 900 },
  ]);
});

test('400,000 lines with a change in every hundredth take seconds at most', () => {
  const a = Array.from(
    { length: 400_000 },
    (_, i) => `\t\t\t10.0.${i} . tcp . 80 : goto pick-${i % 7}`,
  );
  const b = a.map((line, i) => (i % 100 === 0 ? `${line}0` : line));
  const start = performance.now();
  expect(diffLines(a, b)).toHaveLength(4000);
  expect(performance.now() - start).toBeLessThan(20_000);
});

test('the unified diff names the map that a change lies in', () => {
  const before = `table ip natc {\n\tmap services {\n${'\t\tx\n'.repeat(5)}\t\told\n\t}\n}\n`;
  const options = { names: { before: 'a', after: 'b' }, palette: plainPalette, context: 1 };
  expect(unifiedDiff(before, before.replace('old', 'new'), options)).toBe(
    '--- a\n+++ b\n@@ -7,3 +7,3 @@ map services {\n \t\tx\n-\t\told\n+\t\tnew\n \t}\n',
  );
  expect(unifiedDiff(before, before, options)).toBe('');
});

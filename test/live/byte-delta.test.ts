import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyBytesDelta, bytesDelta } from '../../src/live/byte-delta.ts';
import {
  packChanges,
  packWhole,
  unpackChanges,
  unpackHead,
  unpackWhole,
} from '../../src/live/packed-text.ts';

/** Lines that differ little from each other, as the elements of a map do. */
const lines = fc
  .array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 })
  .map((numbers) => numbers.map((n) => `"10.0.0.${n} . tcp . 80"," comment \\"shop/${n}\\"",`));

const edited = lines.chain((from) =>
  fc.tuple(
    fc.constant(from),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), lines), { maxLength: 4 }).map((edits) => {
      const to = [...from];
      for (const [at, removed, inserted] of edits)
        to.splice(at % (to.length + 1), removed, ...inserted.slice(0, 5));
      return to;
    }),
  ),
);

const bytes = (text: readonly string[]) => Buffer.from(text.join(''));

test('the edits of any two texts lead from one to the other', () => {
  fc.assert(
    fc.property(edited, ([from, to]) => {
      const edits = bytesDelta(bytes(from), bytes(to));
      if (edits === undefined) return;
      expect(applyBytesDelta(bytes(from), edits)?.toString()).toBe(to.join(''));
    }),
  );
});

test('one changed line in a long text is one short edit', () => {
  const text = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 8}.${n & 255}.1 . tcp . 80,`);
  const other = text.map((line, index) => (index === 9_000 ? line.replace('80', '8080') : line));
  const edits = bytesDelta(bytes(text), bytes(other)) ?? [];
  expect(edits).toHaveLength(1);
  expect(edits[0]?.inserted.length).toBeLessThan(100);
});

test('texts that have nothing in common are none', () => {
  expect(bytesDelta(Buffer.alloc(200_000, 'a'), Buffer.alloc(200_000, 'b'))).toBeUndefined();
});

test('edits outside the text, or backwards, are refused', () => {
  const inserted = Buffer.from('x');
  for (const edits of [
    [{ at: 5, removed: 0, inserted }],
    [{ at: 0, removed: 5, inserted }],
    [
      { at: 3, removed: 0, inserted },
      { at: 1, removed: 0, inserted },
    ],
  ])
    expect(applyBytesDelta(Buffer.from('text'), edits)).toBeUndefined();
});

test('a packed text is the text, under its head', () => {
  const base = bytes(Array.from({ length: 2000 }, (_, n) => `line ${n} of many lines\n`));
  const text = Buffer.from(base.toString().replace('line 1000 ', 'line X\u00e9 '));
  const whole = Buffer.concat(packWhole({ a: 1 }, text));
  const changes = Buffer.concat(packChanges({ a: 2 }, base, text) ?? []);
  expect([unpackHead(whole), unpackHead(changes.subarray(0, 40))]).toEqual([{ a: 1 }, { a: 2 }]);
  expect(unpackWhole(whole)).toEqual(text);
  expect(unpackChanges(changes, base)).toEqual(text);
  expect(changes.length).toBeLessThan(whole.length / 5);
  expect(packChanges({}, base, Buffer.from(base.toString().replaceAll('line', 'LINE')))).toBe(
    undefined,
  );
});

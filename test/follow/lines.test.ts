import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from '../../src/follow/lines.ts';

test('lines come out whole however they were cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1 }).filter((line) => !line.includes('\n'))),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const taken: string[] = [];
        const splitter = splitLines((line) => taken.push(Buffer.from(line).toString()), 1e6);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          splitter.add(bytes.subarray(at, at + size));
          at += size;
        }
        expect(taken).toEqual(lines);
        expect(splitter.unfinished()).toBe(0);
      },
    ),
  );
});

test('a line without an end is told, and one that is too long', () => {
  const splitter = splitLines(() => {}, 5);
  expect(splitter.add(Buffer.from('whole\nhalf'))).toBe(true);
  expect(splitter.unfinished()).toBe(4);
  expect(splitter.add(Buffer.from('more'))).toBe(false);
});

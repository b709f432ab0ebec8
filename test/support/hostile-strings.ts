import { expect } from 'vitest';

/** Strings that would act on a terminal, a report or a workflow if they were let through. */
export const hostileStrings: Readonly<Record<string, string>> = {
  escapes: 'x\x1b[2J\x1b]0;t\x07\x9b31my',
  'our own colours': 'x\x1b[31my',
  'line breaks': 'x\r\ny\n::error::z\u2028w\x85v\u2029',
  'bidirectional controls': 'x\u202e\u2066y\u200f\u061c',
  'tags and zero widths': 'x\u{e0041}\u200b\ufeff\u00ady',
  'half a surrogate pair': 'x\ud800y',
  markup: 'x</script><img src=x onerror=1>`|*_[a](https://b) %0A::y,z:',
  'a million characters': 'x'.repeat(1_000_000),
  'a million digits': '1'.repeat(1_000_000),
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const harm = /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Cf}\u2028\u2029\ud800-\udfff]|[^\n\t]\t/u;

/** Nothing that a run prints acts on a terminal, or buries the rest. */
export function expectHarmless({
  stdout,
  stderr,
}: {
  readonly stdout: string;
  readonly stderr: string;
}): void {
  expect(harm.exec(stdout)).toBe(null);
  expect(harm.exec(stderr)).toBe(null);
  const longest = Math.max(...stderr.split('\n').map((line) => line.length));
  expect(longest).toBeLessThan(30_000);
}

/** The rows of the table in the head comment of after-commit.ts. */
import { expect, test } from 'vitest';
import { afterCommit } from '../../../src/nftables/host/after-commit.ts';

const answers = ['success', 'outdated', 'failure'] as const;
const verdicts = ['done', 'not-done', 'other', 'unknown'] as const;
const extents = ['everything', 'difference'] as const;
const sources = ['state', 'kernel'] as const;

/** All there is, in words: what was said, what the stamps say, what was sent, what it rests on. */
const all = answers.flatMap((answer) =>
  verdicts.flatMap((verdict) =>
    extents.flatMap((extent) =>
      sources.map((source) => ({ answer, verdict, extent, source }) as const),
    ),
  ),
);

const rows: readonly [next: string, row: RegExp][] = [
  ['done', /^\w+ done/],
  ['done', /^success unknown/],
  ['refused', /^success not-done/],
  ['refused', /^failure (?!done)/],
  ['refused', /^(success other|outdated (?!done)\S+) everything/],
  ['read-again', /^success other difference/],
  ['read-again', /^outdated (?!done)\S+ difference state/],
  ['replace', /^outdated (?!done)\S+ difference kernel/],
];

const rowsOf = ({ answer, verdict, extent, source }: (typeof all)[number]) =>
  rows.filter(([, row]) => row.test(`${answer} ${verdict} ${extent} ${source}`));

test.each(all)('$answer, $verdict, $extent, $source', (each) => {
  const found = rowsOf(each);
  expect(found).toHaveLength(1);
  const { answer, verdict, extent, source } = each;
  const [next] = found[0]!;
  expect(afterCommit(answer, verdict, extent, source, 2)).toBe(next);
  const atLast = next === 'done' ? 'done' : 'refused';
  expect(afterCommit(answer, verdict, extent, source, 1)).toBe(atLast);
});

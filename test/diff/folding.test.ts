/** However much changes, what matters is told first, and no more than a reader or GitHub takes. */
import { describe, expect, test } from 'vitest';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { formatTrafficGithub } from '../../src/diff/format-github.ts';
import { formatTrafficMarkdown } from '../../src/diff/format-markdown.ts';
import { formatTrafficText } from '../../src/diff/format-text.ts';
import { locate } from '../../src/read/locate.ts';
import { diffObjects, service, slice } from '../support/diff-sides.ts';

const web = (i: number, endpoints: readonly string[], namespace = 'shop') =>
  [
    service(`web-${i}`, `10.96.${Math.floor(i / 250)}.${(i % 250) + 1}`),
    slice(`web-${i}`, endpoints),
  ].map((object) => ({ ...object, metadata: { ...(object['metadata'] as object), namespace } }));
const addresses = (i: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => `10.244.${i % 250}.${from + k}`);
const all = (count: number, endpoints: (i: number) => readonly string[]) =>
  Array.from({ length: count }, (_, i) => web(i, endpoints(i))).flat();

describe('endpoints that come and go', () => {
  const before = all(40, (i) => addresses(i, 1, 5));
  const after = all(40, (i) =>
    i < 8
      ? addresses(i, 1, 6)
      : i < 12
        ? addresses(i, 2, 5)
        : i < 14
          ? addresses(i, 2, 6)
          : addresses(i, 1, 5),
  );
  const diff = diffObjects(before, after);
  const text = (details: boolean) =>
    formatTrafficText(diff, { palette: plainPalette, locate, details });

  test('are a line a kind', () => {
    expect(text(false)).toBe(
      [
        '8 Services gain endpoints (8 new): shop/web-0, shop/web-1, shop/web-2, shop/web-3, shop/web-4, shop/web-5 and 2 more',
        '4 Services lose endpoints (4 gone): shop/web-10, shop/web-11, shop/web-8, shop/web-9',
        '2 Services gain and lose endpoints (2 new, 2 gone): shop/web-12, shop/web-13',
        '--details tells them one by one.',
        '',
        'no risk; no Service changes, 14 gain or lose endpoints, 26 as before',
        '',
      ].join('\n'),
    );
  });

  test('are told one by one with details, and where they are few', () => {
    expect(text(true).match(/^ {6}(gains|loses)/gm)).toHaveLength(14);
    const few = diffObjects(
      all(4, (i) => addresses(i, 1, 5)),
      all(4, (i) => addresses(i, 1, 6)),
    );
    expect(formatTrafficText(few, { palette: plainPalette, locate })).toMatch(/^ {6}gains/m);
  });
});

test('namespaces follow one another, each with its heading', () => {
  const side = (count: number) =>
    [...web(1, ['10.244.1.1'], 'a'), ...web(2, ['10.244.1.2'], 'b')].slice(0, count);
  const text = formatTrafficText(diffObjects(side(4), []), { palette: plainPalette, locate });
  expect(text.match(/^(Namespace|Service) .*/gm)).toEqual([
    ...['Namespace a', 'Service a/web-1 (removed)', 'Namespace b', 'Service b/web-2 (removed)'],
  ]);
});

describe('1,500 risks', () => {
  const before = all(1500, (i) => addresses(i, 1, 3));
  const diff = diffObjects(before, [...web(1500, ['10.244.1.1'])]);

  test('keep within what GitHub takes as a comment, with Services and a count', () => {
    const text = formatTrafficMarkdown(diff, locate);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/\n> - and \d+ risks more, \d+ of them high\n/);
    expect(text).toMatch(/\n\*\*shop\/web-1\*\*/);
    expect(text).toMatch(/\nand \d+ more Services\.\n/);
    expect(text.trim().split('\n').at(-1)).toBe(
      '**1500 risks (1500 high); 1501 Services change, 0 as before**',
    );
  });

  test('are ten annotations, and a count', () => {
    const lines = formatTrafficGithub(diff, locate).trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines.at(-1)).toMatch(/1490 risks and \d+ changes more, not annotated$/);
  });
});

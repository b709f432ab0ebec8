import { expect, test } from 'vitest';
import { fragmentDigests } from '../../src/nftables/canonical/fragment-digests.ts';

test('a digest of fragments depends on them alone, not on how it came about', () => {
  const all = Array.from(
    { length: 3000 },
    (_, index) => [`ns/${index}`, `digest ${index}`] as const,
  );
  const digest = fragmentDigests(all).digest();
  expect(fragmentDigests(all.toReversed()).digest()).toBe(digest);
  const grown = fragmentDigests([]);
  for (const [service, each] of all) grown.set(service, each);
  grown.set('ns/gone', 'x');
  expect(grown.digest()).not.toBe(digest);
  grown.set('ns/gone', undefined);
  grown.set('ns/7', 'another');
  expect(grown.digest()).not.toBe(digest);
  grown.set('ns/7', 'digest 7');
  expect(grown.digest()).toBe(digest);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
});

test('two Services that exchange their fragments make another digest', () => {
  const [one, other] = [
    [['a/b', '1'] as const, ['c/d', '2'] as const],
    [['a/b', '2'] as const, ['c/d', '1'] as const],
  ];
  expect(fragmentDigests(one).digest()).not.toBe(fragmentDigests(other).digest());
});

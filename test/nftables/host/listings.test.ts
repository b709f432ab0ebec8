/**
 * nft versions print the same tables differently. fixtures/listings holds one ruleset as natc compiled
 * it, and as nft listed it after `natc apply`, with two pins and the stamps in it.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalRuleset } from '../../../src/nftables/canonical/canonical.ts';
import { canonicalOf } from '../../../src/nftables/canonical/written.ts';
import { deltaBetween } from '../../../src/nftables/delta.ts';
import { readStamps } from '../../../src/nftables/host/kernel-tables.ts';
import { observeRuleset } from '../../../src/nftables/host/observed.ts';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { fakeHost, success } from '../../support/fake-host.ts';

const fixture = (name: string) => readFileSync(`fixtures/listings/${name}.nft`, 'utf8');

const compiled = () => {
  const { ruleset } = parseNft({ name: 'compiled.nft', text: fixture('compiled') });
  if (ruleset === undefined) throw new Error('compiled.nft cannot be read');
  return canonicalRuleset(ruleset);
};

async function listed(listing: string) {
  const [ip = '', ip6 = ''] = listing.split(/(?=^table ip6 )/m);
  const { host } = fakeHost({
    runs: [
      ['nft list set ip natc', success(ip)],
      ['nft list set ip6 natc', success(ip6)],
      ['nft list table ip natc', success(ip)],
      ['nft list table ip6 natc', success(ip6)],
    ],
  });
  const stamps = await readStamps(host);
  if ('refusals' in stamps) throw new Error('no stamps');
  const held = await observeRuleset(host, '/nonexistent', stamps, undefined);
  return { stamps, ruleset: canonicalOf(held.ruleset ?? { tables: [] }) };
}

test.each(['nft-1.0.6', 'nft-1.1.3', 'without-etc-protocols'])(
  'a listing by %s shows no drift',
  async (name) => {
    const { stamps, ruleset } = await listed(fixture(name));
    expect(stamps).toMatchObject({ ip: { number: 1 }, ip6: { number: 1 } });
    expect(deltaBetween(ruleset, compiled())).toEqual({ operations: [], cleanup: [] });
  },
);

test.each(['nft-1.0.6', 'nft-1.1.3', 'without-etc-protocols'])(
  'a listing by %s with one letter changed shows drift',
  async (name) => {
    for (const [from, to] of [
      ['goto refuse', 'goto dispatch'],
      ['10.1.0.6 . 8080', '10.1.0.7 . 8080'],
      ['policy accept', 'policy drop'],
    ] as const) {
      expect(fixture(name)).toContain(from);
      const { ruleset } = await listed(fixture(name).replace(from, to));
      expect(deltaBetween(ruleset, compiled()), from).not.toEqual({ operations: [], cleanup: [] });
    }
  },
);

/** Listings in the JSON of `nft -j`, without a kernel. */
import { describe, expect, test } from 'vitest';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { recogniseListing } from '../../src/kube-proxy/recognise.ts';

const head = { metainfo: { version: '1.0.6', json_schema_version: 1 } };
const own = { family: 'ip', table: 'kube-proxy' };
const table = { table: { family: 'ip', name: 'kube-proxy', handle: 1 } };
const chain = (name: string, hook?: object) => ({ chain: { ...own, name, ...hook } });
const rule = (name: string, ...expr: readonly unknown[]) => ({
  rule: { ...own, chain: name, handle: 9, expr },
});
const json = (...objects: readonly unknown[]): string =>
  JSON.stringify({ nftables: [head, ...objects] });
const parse = (text: string) => parseListing({ name: 'rules.json', text });

describe('the JSON of nft -j', () => {
  test('a listing cut short is none', () => {
    const { listing, diagnostics } = parse(json(table).slice(0, -2));
    expect(listing).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'NATC4303', message: expect.stringContaining('it is no whole JSON') },
    ]);
  });

  test('JSON of something else is no listing', () => {
    expect(parse('{"nftables": 3}').diagnostics).toMatchObject([{ code: 'NATC4303' }]);
    expect(parse('{"nftables": [3]}').diagnostics).toMatchObject([{ code: 'NATC4303' }]);
    expect(parse(json({ table: { family: 'inet', name: 'filter' } })).diagnostics).toMatchObject([
      { code: 'NATC4301' },
    ]);
  });

  test('what has no words is not understood, with its line as text and its JSON', () => {
    const { listing, diagnostics } = parse(
      json(
        table,
        chain('nat-prerouting', { type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' }),
        rule('nat-prerouting', { synproxy: { mss: 1460 } }, { accept: null }),
      ),
    );
    expect(diagnostics).toMatchObject([
      {
        code: 'NATC4302',
        message: 'line 4 is not understood: {"synproxy":{"mss":1460}} accept',
        places: [{ source: { name: 'rules.json (as text)' } }],
      },
    ]);
    expect(listing?.notUnderstood).toHaveLength(1);
  });

  test('a policy that drops, at a hook of kube-proxy itself, is no listing; one of others is named', () => {
    const hook = { type: 'filter', hook: 'input', prio: 0, policy: 'drop' };
    expect(parse(json(table, chain('filter-input', hook))).diagnostics).toMatchObject([
      { code: 'NATC4303' },
    ]);
    const other = { family: 'inet', table: 'filter', name: 'input', ...hook };
    const { listing } = parse(
      json(table, { table: { family: 'inet', name: 'filter' } }, { chain: other }),
    );
    expect(listing?.leftOut).toEqual([
      { name: 'table inet filter', dropPolicy: 'chain input at input' },
    ]);
  });

  test("a table of natc's, and none of kube-proxy's, is no listing of others", () => {
    const natc = { table: { family: 'ip', name: 'natc' } };
    expect(recogniseListing(json(natc))).toBeUndefined();
    expect(recogniseListing(json(natc, table))).toBe('nft-json');
  });

  test('rules of the iptables mode are not to be read off nft', () => {
    const nat = { family: 'ip', table: 'nat' };
    const { diagnostics } = parse(
      json(
        { table: { family: 'ip', name: 'nat' } },
        { chain: { ...nat, name: 'KUBE-SERVICES' } },
        { rule: { ...nat, chain: 'KUBE-SERVICES', expr: [{ xt: null }] } },
      ),
    );
    expect(diagnostics).toMatchObject([{ code: 'NATC4304' }]);
  });
});

/** What `nft -j list ruleset` prints is read as what `nft list ruleset` prints of the same kernel. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParsedListing } from '../../../src/kube-proxy/listing.ts';
import { parseListing } from '../../../src/kube-proxy/parse-listing.ts';
import { nftTextOfJson } from '../../../src/nftables/json/listing-text.ts';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../../support/kernel-node.ts';

const files = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.nft'))
    .sort()
    .map((file) => `${directory}/${file}`);

// What was abridged by hand no kernel takes.
const kubeProxys = files('fixtures/kube-proxy').filter((path) => !path.includes('/published/'));
const natcs = files('fixtures/compile');
const byHand = files('test/nftables/json');

/** How the text numbers its lines, and how it words what natc does not know, is its own. */
const withoutLines = (parsed: unknown): unknown =>
  JSON.parse(
    JSON.stringify(parsed, (key, value: unknown) =>
      key === 'line' || key === 'source' ? undefined : value,
    ),
  );

const withoutWords = ({ listing, diagnostics }: ParsedListing): unknown =>
  JSON.parse(
    JSON.stringify(
      { listing, codes: diagnostics.map(({ code }) => code) },
      (key, value: unknown) =>
        ['line', 'source', 'text', 'why'].includes(key) ? undefined : value,
    ),
  );

describeWithKernel('the JSON of nft', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: [] });
  });
  afterAll(() => node.dispose());

  async function listed(path: string): Promise<{ readonly text: string; readonly json: string }> {
    await node.load(`flush ruleset\n${readFileSync(path, 'utf8')}`);
    const text = await node.run(['nft', 'list', 'ruleset']);
    const json = await node.run(['nft', '-j', 'list', 'ruleset']);
    return { text: text.stdout, json: json.stdout };
  }

  test.each(kubeProxys)('%s', async (path) => {
    const { text, json } = await listed(path);
    const parsed = parseListing({ name: 'listing', text });
    expect(parsed.listing?.rules.length).toBeGreaterThan(0);
    expect(withoutLines(parseListing({ name: 'listing', text: json }))).toEqual(
      withoutLines(parsed),
    );
  });

  test.each(natcs)('%s', async (path) => {
    const { text, json } = await listed(path);
    const { ruleset } = parseNft({ name: 'text', text });
    expect(ruleset?.tables.length).toBeGreaterThan(0);
    // nft 1.0 says nothing of a table's comment in JSON.
    const tables = ruleset?.tables.map(({ comment: _, ...table }) => table);
    const printed = nftTextOfJson(json);
    const again = parseNft({ name: 'json', text: 'text' in printed ? printed.text : '' });
    expect(again.diagnostics).toEqual([]);
    expect(again.ruleset?.tables.map(({ comment: _, ...table }) => table)).toEqual(tables);
  });

  test.each(byHand)('%s', async (path) => {
    const { text, json } = await listed(path);
    const parsed = parseListing({ name: 'listing', text });
    expect(parsed.listing?.notUnderstood.length).toBeGreaterThan(0);
    expect(withoutWords(parseListing({ name: 'listing', text: json }))).toEqual(
      withoutWords(parsed),
    );
  });
});

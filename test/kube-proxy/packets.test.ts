/** Packets in a namespace with the rules that the real kube-proxy wrote: they go where natc says that they go. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeProxyListing } from '../../src/kube-proxy/listing.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { interpretListing, prepareListing } from '../../src/kube-proxy/simulate.ts';
import { type CaseFile, type Flow, readCase } from '../support/cases.ts';
import { describeWithIptables } from '../support/iptables-node.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { expectationOf, hostOf, packetOf } from '../support/simulate.ts';
import { loadNftListing, loadSavedListing, saveListing } from './load-listing.ts';
import { olderListings, readAddresses, readRecorded, recordedListings } from './recorded.ts';

const listings = [...recordedListings, ...olderListings];

const routesLoopback = ({ rules }: KubeProxyListing): boolean =>
  rules.some((each) => each.mode === 'iptables' && each.guardsLoopback);

/** What goes to the node itself is not masqueraded, and keeps kube-proxy's mark. */
const markLeft = /, mark 0x4000 left$/;

/** Sends the flows of a case, and compares what is seen with what the listing says. */
async function judge(
  node: KernelNode,
  load: () => Promise<void>,
  { node: record, flows }: CaseFile,
  listing: KubeProxyListing,
): Promise<void> {
  const [first] = listing.rules;
  const prepared = prepareListing(listing.rules);
  const host = hostOf(record.localIPs, routesLoopback(listing));
  const asked = flows
    .filter(({ to }) => !to.startsWith('127.') || first?.mode === 'iptables')
    .flatMap((flow) => {
      const outcome = interpretListing(prepared, packetOf(flow, host), host);
      const said = expectationOf(outcome);
      // 1.23 marks before it knows the client: there is no word for what passes on with another source.
      if (said === 'pass' && outcome.branches.some(({ masquerade }) => masquerade)) return [];
      // Where some packets are stopped and others are not there is no one outcome to wait for.
      return Array.isArray(said) ? [] : [{ ...flow, expect: said as Flow['expect'] }];
    });
  expect(asked.length).toBeGreaterThan(0);
  const judged = await judgeFlows(node, load, asked);
  const inWords = (words: 'observed' | 'expected') =>
    Object.fromEntries(
      judged.map((one) => [one.flow.name, one[words].map((word) => word.replace(markLeft, ''))]),
    );
  expect(inWords('observed')).toEqual(inWords('expected'));
}

async function onNode(
  { node: { localIPs }, flows }: CaseFile,
  routeLocalnet: boolean | undefined,
  what: (node: KernelNode) => Promise<void>,
): Promise<void> {
  const node = await createKernelNode({
    localIPs,
    interfaces: flows.flatMap(({ iif }) => iif ?? []),
    ...(routeLocalnet !== undefined && { routeLocalnet }),
  });
  try {
    await what(node);
  } finally {
    await node.dispose();
  }
}

describeWithKernel('packets through recorded listings', () => {
  test.each(listings)('$path', async ({ name, mode, path }) => {
    const file = readCase(name);
    const listing = readRecorded(path);
    const text = readFileSync(path, 'utf8');
    const isNft = mode === 'nftables';
    await onNode(file, isNft ? undefined : routesLoopback(listing), (node) =>
      judge(
        node,
        () => (isNft ? loadNftListing(node, text) : loadSavedListing(node, text, 'nft')),
        file,
        listing,
      ),
    );
  });
});

const addresses = readAddresses();

describeWithKernel('packets to addresses that are two things at once', () => {
  test.each(addresses.listings)('$path', async ({ mode, path }) => {
    const listing = readRecorded(path);
    const text = readFileSync(path, 'utf8');
    const load =
      mode === 'nftables'
        ? (node: KernelNode) => loadNftListing(node, text)
        : (node: KernelNode) => loadSavedListing(node, text, 'nft');
    await onNode(addresses.file, false, (node) =>
      judge(node, () => load(node), addresses.file, listing),
    );
  });
});

const saved = listings.filter(({ mode }) => mode === 'iptables');
const isLong = process.env['NATC_LONG'] === '1';

describeWithIptables(
  'packets through the same rules',
  (variant) => {
    test.each(isLong ? saved : saved.filter(({ name }) => /^(?:010|101)/.test(name)))(
      '$path',
      async ({ name, path }) => {
        const file = readCase(name);
        const recorded = readRecorded(path);
        const text = readFileSync(path, 'utf8');
        await onNode(file, routesLoopback(recorded), async (node) => {
          const load = () => loadSavedListing(node, text, variant);
          await load();
          const listed = { name: 'listing', text: await saveListing(node, variant) };
          const { listing, diagnostics } = parseListing(listed);
          expect(diagnostics).toEqual([]);
          expect(listing?.outline).toEqual(recorded.outline);
          await judge(node, load, file, listing ?? recorded);
        });
      },
    );
  },
  ['legacy'],
);

/** Packets in a namespace with the rules that the real kube-proxy wrote: they go where natc says that they go. */
import { expect, test } from 'vitest';
import { interpretListing, prepareListing } from '../../src/kube-proxy/simulate.ts';
import { type Flow, readCase } from '../support/cases.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { judgeFlows } from '../support/kernel-flows.ts';
import { createKernelNode } from '../support/kernel-node.ts';
import { expectationOf, hostOf, packetOf } from '../support/simulate.ts';
import { listingText, readRecorded, recordedListings } from './recorded.ts';

const fresh = (text: string): string =>
  ['ip', 'ip6']
    .map((family) => `add table ${family} kube-proxy\ndelete table ${family} kube-proxy\n`)
    .join('') + text;

describeWithKernel('packets through recorded listings', () => {
  const listings = recordedListings.filter(({ mode }) => mode === 'nftables');
  test.each(listings)('$name', async ({ name, path }) => {
    const { node: record, flows } = readCase(name);
    const prepared = prepareListing(readRecorded(path).rules);
    const host = hostOf(record.localIPs, false);
    const asked = flows
      .filter(({ to }) => !to.startsWith('127.'))
      .map((flow) => ({
        ...flow,
        expect: expectationOf(
          interpretListing(prepared, packetOf(flow, host), host),
        ) as Flow['expect'],
      }));
    const node = await createKernelNode({
      localIPs: record.localIPs,
      interfaces: flows.flatMap(({ iif }) => iif ?? []),
    });
    try {
      const text = fresh(listingText(name.replace(/yaml$/, 'nft')));
      const judged = await judgeFlows(node, () => node.load(text), asked);
      const inWords = (words: 'observed' | 'expected') =>
        Object.fromEntries(judged.map((one) => [one.flow.name, one[words]]));
      expect(inWords('observed')).toEqual(inWords('expected'));
    } finally {
      await node.dispose();
    }
  });
});

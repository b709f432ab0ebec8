/** Packets that are on their way through the rules at the moment when these change. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { canonicalRuleset } from '../../src/nftables/canonical/canonical.ts';
import { deltaBetween } from '../../src/nftables/delta.ts';
import { renderScript } from '../../src/nftables/script.ts';
import { python } from '../support/kernel-agent.ts';
import {
  clusterOptions,
  describeCluster,
  loadObjects,
  type PodName,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { hostAddresses } from '../support/netns.ts';
import { objectOf } from '../support/objects.ts';

const seconds = process.env['NATC_LONG'] === '1' ? 60 : 4;

const flood = fileURLToPath(new URL('../support/kernel-agent/flood.py', import.meta.url));

const service = '10.96.0.10';

const webWith = (pods: readonly PodName[]): readonly object[] => [
  serviceObject('web', { clusterIP: service, ports: [{ name: 'http', port: 80 }] }),
  sliceObject('web', 'IPv4', podEndpoints('IPv4', pods)),
];

/** What natc sends to lead from one list of endpoints to another. */
function change(from: readonly PodName[], to: readonly PodName[]): string {
  const [previous, next] = [from, to].map((pods) => {
    const { output } = compile(
      webWith(pods).map((object) => objectOf(object)),
      clusterOptions,
    );
    return canonicalRuleset(output!.ruleset);
  });
  const { operations, cleanup } = deltaBetween(previous!, next!);
  // A line is a transaction.
  return renderScript([...operations, ...cleanup])
    .trim()
    .split('\n')
    .join('; ');
}

/** After DNAT, and before natc refuses what was not rewritten. */
const counting = (source: string): string => `
table ip counting {
	chain forward {
		type filter hook forward priority -10; policy accept;
		ip saddr ${source} ip daddr ${service} counter drop comment "missed"
		ip saddr ${source} ip daddr 10.1.0.0/16 counter drop comment "served"
	}
}
`;

describeCluster('a change of the rules', (cluster) => {
  test('is met by packets from all sides, and each gets an endpoint of before or after', async () => {
    const { client, node } = cluster;
    await loadObjects(cluster, webWith(['pod-a', 'pod-b']));
    const source = hostAddresses.client.IPv4;
    await node.must(['nft', '-f', '-'], counting(source));
    const flooding = client.must([python, flood, source, service, '80', String(seconds)]);
    // One nft for all: between two changes there is to be as little as may be.
    const lines = [change(['pod-a', 'pod-b'], ['pod-a']), change(['pod-a'], ['pod-a', 'pod-b'])];
    const repeat = `while ((SECONDS < ${seconds})); do printf '%s\\n' "$@"; done | nft -i`;
    const changing = node.run(['bash', '-c', repeat, 'bash', ...lines]);
    const [sent, { stderr }] = await Promise.all([flooding, changing]);
    // What nft had not taken.
    expect(stderr).toBe('');
    const counted = await node.must(['nft', 'list', 'table', 'ip', 'counting']);
    const count = (what: string): number =>
      Number(new RegExp(`packets (\\d+) bytes \\d+ drop comment "${what}"`).exec(counted)?.[1]);
    expect(count('missed')).toBe(0);
    // A queue may have been too short for some, and a busy machine slow.
    expect(count('served')).toBeGreaterThan(Number(sent) / 10);
  }, 120_000);
});

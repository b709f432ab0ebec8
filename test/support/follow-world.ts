/** Small worlds of Services and slices for natc apply --follow, and what the kernel makes of them. */
import type { Host } from '../../src/host/machine/host.ts';
import { listKernelTable } from '../../src/nftables/host/kernel-tables.ts';
import { serviceObject, sliceObject } from './kernel-cluster.ts';

export const followedNode = (
  { zone, address = '192.168.0.2' }: { readonly zone?: string; readonly address?: string } = {},
  heartbeat = '2026-01-01T00:00:00Z',
): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'node-a',
    ...(zone !== undefined && { labels: { 'topology.kubernetes.io/zone': zone } }),
  },
  spec: { podCIDR: '10.1.0.0/24' },
  status: {
    addresses: [{ type: 'InternalIP', address }],
    conditions: [{ type: 'Ready', lastHeartbeatTime: heartbeat }],
  },
});

export const webService = (number: number, spec: object = {}): object =>
  serviceObject(`web-${number}`, {
    clusterIP: `10.96.0.${number + 10}`,
    ports: [{ name: 'http', port: 80 }],
    ...spec,
  });

/** @param hosts last parts of the addresses of its endpoints */
export const webSlice = (number: number, hosts: readonly number[], more: object = {}): object =>
  sliceObject(
    `web-${number}`,
    'IPv4',
    hosts.map((host) => ({ addresses: [`10.1.0.${host}`], nodeName: 'node-a', ...more })),
  );

/** What the kernel holds of natc, spelt in one way: two that do the same are equal. */
export async function kernelOf(host: Host): Promise<unknown> {
  const tables = [];
  for (const family of ['ip', 'ip6'] as const) {
    const listed = await listKernelTable(host, family);
    if (listed.kind !== 'present') {
      tables.push(listed);
      continue;
    }
    const { collections, chains } = listed.table;
    tables.push({
      family,
      collections: sorted(collections).map(([name, { elements, isDynamic, ...each }]) => [
        name,
        { ...each, elements: isDynamic ? [] : sorted(elements) },
      ]),
      chains: sorted(chains),
    });
  }
  return tables;
}

const sorted = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

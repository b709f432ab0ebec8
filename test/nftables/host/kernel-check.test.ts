import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/compile.ts';
import { execHost } from '../../../src/host/machine/exec-host.ts';
import { checkInKernel } from '../../../src/nftables/host/kernel-check.ts';
import { elementCount, rulesetPortions } from '../../../src/nftables/host/portions.ts';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { defaultOptions } from '../../../src/options.ts';
import { failure, fakeHost } from '../../support/fake-host.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { objectOf } from '../../support/objects.ts';

/** A ruleset with this many Services of one endpoint each. */
function rulesetOf(services: number) {
  const objects = Array.from({ length: services }, (_, i) => {
    const address = `${i >> 8}.${i & 255}`;
    const metadata = { name: `web-${i}`, namespace: 'shop' };
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { clusterIP: `172.30.${address}`, ports: [{ port: 80 }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
        addressType: 'IPv4',
        ports: [{ port: 8080 }],
        endpoints: [{ addresses: [`10.180.${address}`] }],
      },
    ];
  }).flat();
  const { output, diagnostics } = compile(
    objects.map((object) => objectOf(object)),
    {
      ...defaultOptions,
      families: ['IPv4'],
    },
  );
  if (output === undefined) throw new Error(JSON.stringify(diagnostics));
  return output.ruleset;
}

const large = rulesetOf(2000);

describe('the check in a throw-away namespace', () => {
  test('as root: one run of nft in a network namespace', async () => {
    const { host, calls } = fakeHost({});
    expect(await checkInKernel(host, large)).toEqual([]);
    const [where, ...runs] = calls.map(({ command, args }) => [command, ...args].join(' '));
    expect(where).toBe('readlink /proc/self/ns/net');
    expect(runs).toEqual([expect.stringMatching(/^unshare -n sh -c [\s\S]*nft -f - /)]);
  });

  test('where root may not make a namespace, a user namespace is tried', async () => {
    const { host, calls } = fakeHost({
      runs: [['unshare -n ', failure('unshare: unshare failed: Operation not permitted\n')]],
    });
    expect(await checkInKernel(host, rulesetOf(1))).toEqual([]);
    expect(calls.at(-1)?.args[0]).toBe('-Urn');
  });

  test('without root a large ruleset goes in portions, cut where the sizes say', async () => {
    const { host, calls } = fakeHost({ isRoot: false });
    await checkInKernel(host, large);
    const { args = [], stdin = '' } = calls[1] ?? {};
    const sizes = args.slice(args.indexOf('sh', 2) + 2).map(Number);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(Buffer.byteLength(stdin));
  });

  test('a missing nft is told from a missing namespace', async () => {
    const { host } = fakeHost({
      runs: [['unshare', failure('sh: 1: nft: not found\n', 127)]],
    });
    expect(await checkInKernel(host, large)).toMatchObject([{ code: 'NATC5001' }]);
  });
});

describe('portions', () => {
  test('no portion has more elements than asked for, and none is lost', () => {
    const [skeleton = '', ...rest] = rulesetPortions(large, 300);
    const { ruleset } = parseNft({ name: 'skeleton', text: skeleton });
    const counts = rest.map((text) => text.match(/^\t/gm)?.length ?? 0);
    expect(Math.max(...counts)).toBe(300);
    const inSkeleton = elementCount(ruleset ?? { tables: [] });
    expect(counts.reduce((sum, count) => sum + count, inSkeleton)).toBe(elementCount(large));
  });
});

describeWithKernel('the kernel without root', () => {
  const host = execHost({ uid: 65534, path: process.env['PATH'] });

  test('takes more elements than fit into one transaction of nft 1.0.6', async () => {
    expect(elementCount(large)).toBeGreaterThan(5500);
    expect(await checkInKernel(host, large)).toEqual([]);
  });

  test('refuses what is wrong in a later portion', async () => {
    const tables = large.tables.map((table) => ({
      ...table,
      collections: table.collections.map((collection) =>
        collection.kind === 'verdict-map' && collection.name === 'services'
          ? {
              ...collection,
              elements: collection.elements.map((element, i) =>
                i === 1999
                  ? { ...element, verdict: { kind: 'goto', chain: 'nowhere' } as const }
                  : element,
              ),
            }
          : collection,
      ),
    }));
    const [diagnostic, ...others] = await checkInKernel(host, { tables });
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      code: 'NATC5003',
      places: [{ kind: 'field', path: expect.arrayContaining(['spec']) }],
    });
  });
});

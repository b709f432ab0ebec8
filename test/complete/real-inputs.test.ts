/**
 * Manifests that other people keep, completed: each compiles to a ruleset that the kernel takes, and those of which a
 * real API server tells what it made of them compile to the same ruleset. Skipped where the files are not there.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { heldBy, type Slot } from '../../src/allocate/held.ts';
import { formatLock } from '../../src/allocate/lock.ts';
import { writtenService } from '../../src/allocate/service-fields.ts';
import { parseAddress } from '../../src/net/address.ts';
import type { IpFamily } from '../../src/net/family.ts';
import { readObjects } from '../../src/read/read.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { nftCheck } from '../support/kernel-check.ts';
import { natcInProcess } from '../support/terminal.ts';

const folder = '../shared/inputs';
const isThere = existsSync(folder);
const files = isThere
  ? readdirSync(folder)
      .filter((name) => /\.(?:ya?ml|json)$/.test(name))
      .sort()
  : [];

const directory = mkdtempSync(join(tmpdir(), 'natc-real-inputs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Files in which there is no Service: what natc says of them instead of compiling. */
const withoutRuleset = /NATC1005|no Service, Endpoints, EndpointSlice, Node/;

describeWithKernel('completed manifests of others', () => {
  test.skipIf(!isThere)(
    `each of ${folder} compiles to a ruleset that the kernel takes (skipped where it is not there)`,
    async () => {
      const rulesets: string[] = [];
      const without: string[] = [];
      for (const name of files) {
        const { exitCode, stdout, stderr } = await natcInProcess([
          ...['compile', '--allocate', '--validate', 'warn', '-q', '--no-natc-config'],
          ...['-f', join(folder, name), '--node-name', 'node-a'],
        ]);
        if (exitCode === 0) rulesets.push(stdout);
        else {
          expect(stderr, name).toMatch(withoutRuleset);
          without.push(name);
        }
      }
      expect(rulesets.length + without.length).toBe(44);
      expect(without).toEqual([]);
      expect(nftCheck(rulesets)).toEqual([]);
      // They are rulesets of something: most serve a Service.
      const serving = rulesets.filter((text) => /elements = \{/.test(text));
      expect(serving.length).toBeGreaterThan(30);
    },
    120_000,
  );
});

const read = (name: string) =>
  readObjects([{ name, bytes: readFileSync(join(folder, name)) }], undefined, true);

/** What the API server allocated, in the form in which natc keeps what it made up. */
function lockOf(stored: ReturnType<typeof read>, raw: ReturnType<typeof read>): string {
  const held = new Map(
    stored.objects.flatMap((object) => {
      const service = writtenService(object);
      if (service === undefined) return [];
      const slots = [...heldBy(service, new Set())];
      const invented = slots.map(
        ([slot, { value }]) => [slot, { value, isInvented: true }] as const,
      );
      return [
        [service.key, new Map<Slot, { value: bigint; isInvented: boolean }>(invented)] as const,
      ];
    }),
  );
  const pods = new Map<string, Map<IpFamily, string>>();
  for (const { value } of stored.objects.filter(({ kind }) => kind === 'EndpointSlice')) {
    const endpoints = value['endpoints'] as readonly Endpoint[] | null;
    for (const { addresses, targetRef } of endpoints ?? []) {
      const address = parseAddress(addresses[0] ?? '');
      if (targetRef === undefined || address === undefined) continue;
      const own = pods.get(targetRef.name) ?? new Map<IpFamily, string>();
      pods.set(targetRef.name, own.set(address.family, address.text));
    }
  }
  const named = raw.others.flatMap(({ kind, value }) => {
    const { name, namespace } = value['metadata'] as { name: string; namespace: string };
    const own = [...pods]
      .filter(([pod]) => pod.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '') === name)
      .sort();
    return own.map(
      ([, addresses], index) => [`${kind} ${namespace}/${name} ${index + 1}`, addresses] as const,
    );
  });
  expect(named.length).toBeGreaterThan(10);
  return formatLock({ held, pods: new Map(named) });
}

interface Endpoint {
  readonly addresses: readonly string[];
  readonly targetRef?: { readonly name: string };
}

describe('what a real API server made of manifests', () => {
  const [stored, raw] = ['real-apiserver-kinds.yaml', 'real-apiserver-kinds-raw-manifests.json'];

  test.skipIf(!isThere)(
    'natc makes of them too, up to allocated values (skipped where they are not there)',
    async () => {
      const lockFile = join(directory, 'natc.lock.yaml');
      writeFileSync(lockFile, lockOf(read(stored), read(raw)));
      const compile = async (name: string, ...flags: readonly string[]): Promise<string> => {
        const path = join(directory, `${basename(name)}.nft`);
        const { exitCode, stderr } = await natcInProcess([
          ...['compile', '-f', name, '--out-file', path, '-q', '--no-natc-config'],
          // Pods are anywhere, so that natc takes the addresses that they have.
          ...['--cluster-cidr', '0.0.0.0/0,::/0', ...flags],
        ]);
        expect({ exitCode, codes: new Set(stderr.match(/NATC\d{4}/g)) }, stderr).toEqual({
          exitCode: 0,
          codes: new Set(flags.length > 0 ? ['NATC3047'] : []),
        });
        return path;
      };
      // Slices that people wrote list pods of workloads too, whose addresses natc then gives to nobody.
      const { items, ...list } = JSON.parse(readFileSync(join(folder, raw), 'utf8')) as {
        items: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
      };
      // What a cloud allocates: the addresses of load balancers.
      const given = new Map(
        read(stored).objects.map(({ kind, value }) => {
          const { name } = value['metadata'] as { name: string };
          return [`${kind} ${name}`, value['status']] as const;
        }),
      );
      const selected = items
        .filter(({ kind }) => kind !== 'EndpointSlice' && kind !== 'Endpoints')
        .map((item) => ({ ...item, status: given.get(`${item.kind} ${item.metadata.name}`) }));
      const selecting = join(directory, 'selecting.json');
      writeFileSync(selecting, JSON.stringify({ ...list, items: selected }));
      const before = await compile(join(folder, stored));
      const after = await compile(selecting, '--allocate', '--lock-file', lockFile);
      const { stdout } = await natcInProcess(['diff', before, after, '-o', 'json', '-q']);
      const { services: told } = JSON.parse(stdout) as {
        readonly services: readonly { readonly service: string | null }[];
      };
      const services = new Set(told.map(({ service }) => service));
      expect([...services]).toEqual([...differing.keys()]);
    },
  );
});

/** Services of which the manifests do not tell what became of them, and why. */
const differing: ReadonlyMap<string | null, string> = new Map([
  ['default/kubernetes', 'the API server makes it itself'],
  ['kinds/manual-endpoints', 'its Endpoints are left out above'],
  ['kinds/manual-slices', 'its slices are left out above'],
  ['kinds/notready', 'its pods never became ready there, and natc hopes that they will'],
  [null, 'the cluster IP of default/kubernetes'],
]);

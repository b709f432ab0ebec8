/** Session affinity through changes of a Service: who was sent to an endpoint stays with it while it serves. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ApplyOptions } from '../../../src/host/change/apply-options.ts';
import type { IpFamily } from '../../../src/net/family.ts';
import { affinityIn, secondsOf } from '../../../src/nftables/parse/listed-affinity.ts';
import type { CompileOptions } from '../../../src/options.ts';
import { describeWithIptables, type IptablesVariant } from '../../support/iptables-node.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { families, serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode, type SentPacket } from '../../support/kernel-node.ts';
import { crash, type LiveHost, liveHost } from '../../support/live-host.ts';
import { liveIptables } from '../../support/live-iptables.ts';

const addresses = {
  clusterIP: { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' },
  externalIP: { IPv4: '198.51.100.10', IPv6: '2001:db8:e::10' },
  nodeIP: { IPv4: '192.168.0.2', IPv6: '2001:db8:c::2' },
} as const;

/** Pods 1 to 3 are on the node, 4 to 6 on another. */
const pods = [1, 2, 3, 4, 5, 6] as const;
type Pod = (typeof pods)[number];
const localPods: readonly Pod[] = [1, 2, 3];
const podAddress = (pod: Pod, family: IpFamily): string =>
  family === 'IPv4' ? `10.1.2.${pod}` : `fd00:10:0:2::${pod}`;

interface World {
  /** Of the Service. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly portName?: string | undefined;
  readonly port?: number;
  readonly nodePort?: number;
  readonly timeout?: number;
  /** Those that serve. */
  readonly ready?: readonly Pod[];
  /** Those that the slices hint to this node's zone; undefined: no hints. */
  readonly hinted?: readonly Pod[];
  /** A second port of the Service. */
  readonly another?: { readonly name: string; readonly port: number; readonly nodePort?: number };
}

const hintFor = (pod: Pod, hinted: readonly Pod[] | undefined): object =>
  hinted === undefined
    ? {}
    : { hints: { forZones: [{ name: hinted.includes(pod) ? 'zone-a' : 'zone-b' }] } };

const objectsOf = ({
  spec = {},
  portName = 'http',
  port = 80,
  nodePort,
  timeout = 600,
  ready = pods,
  hinted,
  another,
}: World): readonly object[] => {
  const targets = [portName, ...(another === undefined ? [] : [another.name])];
  return [
    serviceObject('web', {
      clusterIP: addresses.clusterIP.IPv4,
      clusterIPs: Object.values(addresses.clusterIP),
      ipFamilies: families,
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: timeout } },
      ports: [
        {
          ...{ name: portName, port, targetPort: 8080 },
          ...(nodePort === undefined ? {} : { nodePort }),
        },
        ...(another === undefined ? [] : [{ ...another, targetPort: 8080 }]),
      ],
      ...(nodePort === undefined ? {} : { type: 'NodePort' }),
      ...spec,
    }),
    ...families.map((family) =>
      sliceObject(
        'web',
        family,
        ready.map((pod) => ({
          addresses: [podAddress(pod, family)],
          nodeName: localPods.includes(pod) ? 'node-1' : 'node-2',
          zone: 'zone-a',
          ...hintFor(pod, hinted),
        })),
        targets.map((name) => ({ name, protocol: 'TCP', port: 8080 })),
      ),
    ),
  ];
};

type Destination = 'clusterIP' | 'externalIP' | 'nodePort';

interface Change {
  readonly name: string;
  readonly before: World;
  readonly after: World;
  /** Where the clients connect to. */
  readonly to?: Destination;
  readonly toAfter?: Destination;
  /** The pods that those connections may reach afterwards. */
  readonly serving?: readonly Pod[];
}

const outside = { externalIPs: Object.values(addresses.externalIP) };
const external = { nodePort: 30_080, spec: { ...outside, externalTrafficPolicy: 'Cluster' } };
const externalLocal = { nodePort: 30_080, spec: { ...outside, externalTrafficPolicy: 'Local' } };
const internalLocal = { spec: { internalTrafficPolicy: 'Local' } };
const bothLocal = { spec: { ...externalLocal.spec, ...internalLocal.spec }, nodePort: 30_080 };

const policyChanges: readonly Change[] = [
  {
    name: 'internalTrafficPolicy becomes Local',
    before: {},
    after: internalLocal,
    serving: localPods,
  },
  { name: 'internalTrafficPolicy becomes Cluster', before: internalLocal, after: {} },
  {
    name: 'externalTrafficPolicy becomes Local',
    before: external,
    after: externalLocal,
    to: 'externalIP',
    serving: localPods,
  },
  {
    name: 'externalTrafficPolicy becomes Cluster',
    before: externalLocal,
    after: external,
    to: 'externalIP',
  },
  {
    name: 'both policies become Local',
    before: external,
    after: bothLocal,
    to: 'nodePort',
    serving: localPods,
  },
  { name: 'both policies become Cluster', before: bothLocal, after: external, to: 'nodePort' },
  {
    name: 'the policies change places',
    before: { ...external, spec: { ...external.spec, internalTrafficPolicy: 'Local' } },
    after: externalLocal,
    toAfter: 'externalIP',
    serving: localPods,
  },
  {
    name: 'a policy becomes Local, and an endpoint is gone',
    before: {},
    after: { ...internalLocal, ready: [2, 3, 4, 5, 6] },
    serving: [2, 3],
  },
];

const renamings: readonly Change[] = [
  { name: 'the port has another name', before: {}, after: { portName: 'www' } },
  {
    name: 'a second port comes, and the first one gets a name',
    before: { portName: '' },
    after: { portName: 'http', another: { name: 'https', port: 443 } },
  },
  {
    name: 'the port has another name, and a policy becomes Local',
    before: {},
    after: { ...internalLocal, portName: 'www' },
    serving: localPods,
  },
  {
    name: 'the port has another name, policies change places, an endpoint is gone',
    before: bothLocal,
    after: { ...external, portName: 'www', ready: [1, 3, 5] },
    serving: [1, 3, 5],
  },
  {
    name: 'the port has another name, and a node port comes',
    before: {},
    after: { ...external, portName: 'www' },
    toAfter: 'nodePort',
  },
  {
    name: 'the port has another name and another timeout',
    before: {},
    after: { portName: 'www', timeout: 60 },
  },
];

const otherChanges: readonly Change[] = [
  { name: 'the port has another number', before: {}, after: { port: 81 } },
  { name: 'a node port comes', before: {}, after: external, toAfter: 'nodePort' },
  { name: 'a node port comes for a local list', before: {}, after: externalLocal },
  { name: 'the node port goes', before: external, after: {}, to: 'nodePort', toAfter: 'clusterIP' },
  {
    name: 'the node port of a local list goes',
    before: externalLocal,
    after: {},
    to: 'nodePort',
    toAfter: 'clusterIP',
  },
  {
    name: 'the node port is another',
    before: externalLocal,
    after: { ...externalLocal, nodePort: 30_081 },
    to: 'nodePort',
    serving: localPods,
  },
  { name: 'an external IP comes', before: {}, after: { spec: outside }, toAfter: 'externalIP' },
  {
    name: 'the external IP goes',
    before: { spec: outside },
    after: {},
    to: 'externalIP',
    toAfter: 'clusterIP',
  },
  { name: 'the timeout is longer', before: {}, after: { timeout: 10_800 } },
  { name: 'the timeout is shorter', before: {}, after: { timeout: 60 } },
  {
    name: 'trafficDistribution comes, with hints',
    before: {},
    after: { spec: { trafficDistribution: 'PreferClose' }, hinted: [1, 4] },
    serving: [1, 4],
  },
  {
    name: 'trafficDistribution goes',
    before: { spec: { trafficDistribution: 'PreferClose' }, hinted: [1, 4] },
    after: {},
  },
  {
    name: 'a local list that hints left out comes into the cluster list',
    before: { ...externalLocal, hinted: [4, 5] },
    after: external,
    to: 'nodePort',
  },
  {
    name: 'hints go, and local endpoints come into the cluster list',
    before: { ...externalLocal, hinted: [4, 5] },
    after: externalLocal,
    to: 'nodePort',
    toAfter: 'clusterIP',
  },
  { name: 'other endpoints go', before: {}, after: { ready: [1, 2] }, serving: [1, 2] },
  { name: 'endpoints come', before: { ready: [3, 4] }, after: {} },
];

const clients = Array.from({ length: 24 }, (_, index) => index + 1);
const options: Partial<CompileOptions> = { zone: 'zone-a' };

const packetsTo = (world: World, to: Destination, family: IpFamily): readonly SentPacket[] =>
  clients.map((client) => ({
    from: family === 'IPv4' ? `203.0.113.${client}` : `2001:db8:f::${client}`,
    to: addresses[to === 'nodePort' ? 'nodeIP' : to][family],
    port: to === 'nodePort' ? (world.nodePort ?? 0) : (world.port ?? 80),
    protocol: 'TCP',
  }));

/** The pod that each client reached. */
async function reached(
  node: KernelNode,
  world: World,
  to: Destination,
  family: IpFamily,
): Promise<readonly (Pod | string)[]> {
  const outcomes = await node.send(packetsTo(world, to, family));
  return outcomes.map((outcome) => {
    if (outcome.kind !== 'dnat') return outcome.kind;
    const address = outcome.to.replace(/:8080$/, '').replace(/[[\]]/g, '');
    return pods.find((pod) => podAddress(pod, family) === address) ?? outcome.to;
  });
}

async function expectKept(
  node: KernelNode,
  apply: (world: World) => Promise<unknown>,
  { before, after, to = 'clusterIP', toAfter = to, serving = pods }: Change,
): Promise<void> {
  expect(await apply(before)).toMatchObject({ kind: 'applied' });
  const known = await Promise.all(families.map((family) => reached(node, before, to, family)));
  for (const pinned of known) expect(new Set(pinned).size).toBeGreaterThan(1);
  expect(await apply(after)).toMatchObject({ kind: 'applied' });
  for (const [index, family] of families.entries()) {
    const pinned = known[index]!;
    const first = await reached(node, after, toAfter, family);
    const isServing = (pod: Pod | string) => serving.some((each) => each === pod);
    expect(first.filter((pod) => !isServing(pod))).toEqual([]);
    expect(first.map((pod, client) => (isServing(pinned[client]!) ? pod : 'moved on'))).toEqual(
      pinned.map((pod) => (isServing(pod) ? pod : 'moved on')),
    );
    expect(await reached(node, after, toAfter, family)).toEqual(first);
  }
}

const localIPs = Object.values(addresses.nodeIP);

describeWithKernel('clients stay with their endpoint: nftables', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs });
  });
  afterAll(() => node.dispose());

  test.each([...policyChanges, ...renamings, ...otherChanges])('$name (A13)', async (change) => {
    await node.run(['nft', 'flush', 'ruleset', 'ip']);
    await node.run(['nft', 'flush', 'ruleset', 'ip6']);
    const live = liveHost(node.run);
    try {
      await expectKept(node, (world) => live.apply(objectsOf(world), {}, options), change);
    } finally {
      live.dispose();
    }
  });
});

describeWithKernel('the time of a pin', () => {
  let node: KernelNode;
  let live: LiveHost;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs });
  });
  afterAll(() => node.dispose());
  beforeEach(async () => {
    await node.run(['nft', 'flush', 'ruleset']);
    live = liveHost(node.run);
  });
  afterEach(() => live.dispose());

  const apply = (world: World, more: Partial<ApplyOptions> = {}) =>
    live.apply(objectsOf(world), more, options);
  const tables = { IPv4: 'ip', IPv6: 'ip6' } as const;
  const add = async (map: string, family: IpFamily, client: string, seconds: number, pod: Pod) => {
    const element = `${client} expires ${seconds}s : ${podAddress(pod, family)}`;
    const line = `add element ${tables[family]} natc ${map} { ${element} }\n`;
    expect(await node.run(['nft', '-f', '-'], line)).toMatchObject({ status: 0 });
  };
  /** `client pod`, with the seconds that are left. */
  const pinsOf = async (map: string, family: IpFamily) => {
    const { stdout } = await node.run(['nft', 'list', 'map', tables[family], 'natc', map]);
    return new Map(
      affinityIn(stdout).map(({ client, endpoint, expires }) => [
        `${client} ${pods.find((pod) => podAddress(pod, family) === endpoint)}`,
        secondsOf(expires),
      ]),
    );
  };
  const clientOf = (family: IpFamily, client: number) =>
    family === 'IPv4' ? `203.0.113.${client}` : `2001:db8:f::${client}`;

  const changes: readonly (readonly [string, World, string, readonly number[]])[] = [
    ['a policy is another', internalLocal, 'clients-local/shop/web/tcp/http/8080', [500, 100]],
    ['the port has another name', { portName: 'www' }, 'clients/shop/web/tcp/www/8080', [500, 100]],
    [
      'the timeout is shorter too',
      { ...internalLocal, portName: 'www', timeout: 60 },
      'clients-local/shop/web/tcp/www/8080',
      [60, 60],
    ],
    [
      'the timeout is longer too',
      { portName: 'www', timeout: 3600 },
      'clients/shop/web/tcp/www/8080',
      [500, 100],
    ],
  ];

  test.each(families.flatMap((family) => changes.map((change) => [family, ...change] as const)))(
    'is what was left of it, and never longer than a new timeout: %s, %s (A13)',
    async (family, _, after, map, seconds) => {
      await apply({});
      await add('clients/shop/web/tcp/http/8080', family, clientOf(family, 1), 500, 1);
      await add('clients/shop/web/tcp/http/8080', family, clientOf(family, 2), 100, 2);
      await add('clients/shop/web/tcp/http/8080', family, clientOf(family, 3), 300, 1);
      await apply(after);
      const pins = await pinsOf(map, family);
      for (const [index, most] of seconds.entries()) {
        const left = pins.get(`${clientOf(family, index + 1)} ${index + 1}`) ?? 0;
        expect(left).toBeLessThanOrEqual(most);
        expect(left).toBeGreaterThan(most - 15);
      }
      expect(pins.size).toBe(3);
    },
  );

  test.each(families)('ends when it would have ended: %s', async (family) => {
    await apply({});
    await add('clients/shop/web/tcp/http/8080', family, clientOf(family, 1), 2, 1);
    await apply(internalLocal);
    const map = 'clients-local/shop/web/tcp/http/8080';
    await vi.waitFor(async () => expect((await pinsOf(map, family)).size).toBe(0), 10_000);
  });

  test.each(families)('a client pinned in both lists stays with its own: %s', async (family) => {
    const [cluster, local] = ['clients', 'clients-local'].map(
      (name) => `${name}/shop/web/tcp/http/8080`,
    ) as [string, string];
    await apply(externalLocal);
    await add(cluster, family, clientOf(family, 1), 500, 5);
    await add(local, family, clientOf(family, 1), 400, 2);
    await add(cluster, family, clientOf(family, 2), 500, 6);
    await add(local, family, clientOf(family, 2), 400, 3);
    // The second one's endpoint in the cluster list is gone: it is known in the local list.
    await apply({ ...externalLocal, ready: [1, 2, 3, 4, 5] });
    const pins = await pinsOf(cluster, family);
    expect([...pins.keys()].sort()).toEqual([
      `${clientOf(family, 1)} 5`,
      `${clientOf(family, 2)} 3`,
    ]);
    expect(pins.get(`${clientOf(family, 2)} 3`)).toBeLessThanOrEqual(400);
    expect((await pinsOf(local, family)).size).toBe(2);
  });

  test.each(families)('tables that nft crashes on keep it all the same: %s', async (family) => {
    await apply({});
    await add('clients/shop/web/tcp/http/8080', family, clientOf(family, 1), 500, 1);
    live.failures.set('nft list table', crash);
    await apply({ ...internalLocal, portName: 'www' }, { verify: true });
    const pins = await pinsOf('clients-local/shop/web/tcp/www/8080', family);
    expect([...pins.keys()]).toEqual([`${clientOf(family, 1)} 1`]);
  });
});

/** A list of `recent` has no name but that of its port: another name forgets it, as with kube-proxy. */
const iptablesChanges = [...policyChanges, ...otherChanges];

describeWithIptables('clients stay with their endpoint', (variant: IptablesVariant) => {
  test.each(iptablesChanges)('$name (A13)', async (change) => {
    const node = await createKernelNode({ localIPs });
    const live = liveIptables(node.run, variant);
    try {
      await expectKept(node, (world) => live.apply(objectsOf(world), {}, options), change);
    } finally {
      live.dispose();
      await node.dispose();
    }
  });
});

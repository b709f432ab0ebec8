/**
 * After any sequence of events the kernel equals a fresh apply of what the API server has, however the watches
 * behaved meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDefaults, defaultOptions } from '../../../src/options.ts';
import { type Following, startFollowing } from '../../support/follow-fixture.ts';
import { followedNode, kernelOf } from '../../support/follow-world.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { hostOn, liveHost } from '../../support/live-host.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-api.ts';

/** How many sequences; and how many are under way at a time, since most of one is waiting. */
const [runs, lanes] = process.env['NATC_LONG'] === '1' ? [500, 10] : [8, 2];

/** What happens in one moment. */
type Happening =
  | { readonly kind: 'service'; readonly service: number; readonly shape: number }
  | { readonly kind: 'no-service'; readonly service: number }
  | {
      readonly kind: 'slice';
      readonly service: number;
      readonly slice: number;
      readonly hosts: readonly number[];
      readonly protocol: number;
    }
  | { readonly kind: 'no-slice'; readonly service: number; readonly slice: number }
  | { readonly kind: 'node'; readonly zone: number }
  | {
      readonly kind: 'watch';
      readonly how:
        | 'cut'
        | 'half'
        | 'compact'
        | 'bookmark'
        | 'swapped'
        | 'twice'
        | 'none'
        | 'garbage';
    }
  | { readonly kind: 'wait' };

const service = fc.integer({ min: 0, max: 4 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('slice' as const),
      service,
      slice: fc.integer({ min: 0, max: 1 }),
      hosts: fc.array(fc.integer({ min: 2, max: 9 }), { maxLength: 4 }),
      protocol: fc.integer({ min: 0, max: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('service' as const),
      service,
      shape: fc.integer({ min: 0, max: 7 }),
    }),
  },
  fc.record({ kind: fc.constant('no-service' as const), service }),
  fc.record({
    kind: fc.constant('no-slice' as const),
    service,
    slice: fc.integer({ min: 0, max: 1 }),
  }),
  fc.record({ kind: fc.constant('node' as const), zone: fc.integer({ min: 0, max: 2 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('watch' as const),
      how: fc.constantFrom(
        ...(['cut', 'half', 'compact', 'bookmark', 'swapped', 'twice', 'none', 'garbage'] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);

/** Services that claim the same node port and external IP, remember clients, or only serve what is local. */
const shapes: readonly object[] = [
  {},
  { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] },
  {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, nodePort: 30081 }],
    externalTrafficPolicy: 'Local',
  },
  { sessionAffinity: 'ClientIP' },
  { externalIPs: ['192.0.2.1'] },
  { internalTrafficPolicy: 'Local' },
  {
    ports: [
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
  },
  { clusterIP: 'None' },
];

const serviceOf = (number: number, shape: number): object =>
  serviceObject(`s${number}`, {
    clusterIP: `10.96.0.${number + 10}`,
    ports: [{ name: 'http', port: 80 }],
    ...shapes[shape],
  });

/** What there is all the time: a Service with a node port, and one in each sequence. */
const always: readonly object[] = [
  serviceObject('s9', {
    ...{ clusterIP: '10.96.0.19', type: 'NodePort' },
    ports: [{ name: 'http', port: 80, nodePort: 30999 }],
  }),
  sliceObject('s9', 'IPv4', [{ addresses: ['10.1.0.2'], nodeName: 'node-a' }]),
];

const sliceName = (number: number, slice: number): string => `s${number}-${slice}`;

function sliceOf(
  number: number,
  slice: number,
  hosts: readonly number[],
  protocol: number,
): object {
  const endpoints = [...new Set(hosts)].map((host) => ({
    addresses: [`10.1.0.${host}`],
    nodeName: host % 2 === 0 ? 'node-a' : 'node-b',
    ...(host === 9 && { conditions: { ready: false } }),
    ...(host > 5 && { hints: { forZones: [{ name: `z${host % 3}` }] } }),
  }));
  const made = sliceObject(`s${number}`, 'IPv4', endpoints) as {
    metadata: object;
    ports: object[];
  };
  return {
    ...made,
    metadata: { ...made.metadata, name: sliceName(number, slice) },
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      ...(protocol === 1 ? [{ name: 'dns', port: 53, protocol: 'UDP' }] : []),
    ],
  };
}

function happen(api: StandIn, what: Happening): void {
  switch (what.kind) {
    case 'service':
      api.put(serviceOf(what.service, what.shape));
      return;
    case 'no-service':
      api.remove('Service', `shop/s${what.service}`);
      return;
    case 'slice':
      api.put(sliceOf(what.service, what.slice, what.hosts, what.protocol));
      return;
    case 'no-slice':
      api.remove('EndpointSlice', `shop/${sliceName(what.service, what.slice)}`);
      return;
    case 'node':
      api.put(followedNode({ zone: `z${what.zone}`, address: `192.168.0.${what.zone + 2}` }));
      return;
    case 'wait':
      return;
    case 'watch':
      switch (what.how) {
        case 'cut':
          api.watches.cut();
          return;
        case 'half':
          api.watches.cut({ halfLine: true });
          return;
        case 'compact':
          api.watches.compact();
          api.watches.cut();
          return;
        case 'bookmark':
          api.watches.bookmark();
          return;
        case 'garbage':
          api.watches.write('services', 'garbage\n');
          return;
        case 'swapped':
        case 'twice':
        case 'none':
          api.watches.disorder(what.how);
          return;
      }
  }
}

describeWithKernel('natc apply --follow', () => {
  interface Lane {
    readonly followed: KernelAgent;
    readonly fresh: KernelAgent;
  }
  const all: Lane[] = [];
  beforeAll(async () => {
    for (let lane = 0; lane < lanes; lane++)
      all.push({ followed: await startAgent(), fresh: await startAgent() });
  });
  afterAll(() =>
    Promise.all(all.flatMap(({ followed, fresh }) => [followed.dispose(), fresh.dispose()])),
  );

  const flags = { clusterCIDRs: ['10.1.0.0/16'], allowMassRemoval: true };
  const options = {
    ...defaultOptions,
    ...applyDefaults,
    nodeName: 'node-a',
    clusterCIDRs: ['10.1.0.0/16'],
    nodeIPs: [],
  };

  async function freshly({ fresh }: Lane, objects: readonly object[]): Promise<unknown> {
    await fresh.run(['nft', 'flush', 'ruleset']);
    const host = liveHost(fresh.run);
    try {
      await host.apply(objects, {}, options);
      return await kernelOf(host.host);
    } finally {
      host.dispose();
    }
  }

  /** Waits for the end of a sync; a moment where there is none. */
  async function aSync(synced: Following['synced']): Promise<void> {
    const before = synced.length;
    for (let waits = 0; waits < 12 && synced.length === before; waits++) await sleep(20);
  }

  /** @returns how many syncs did not compile everything */
  async function follow(lane: Lane, happenings: readonly Happening[]): Promise<number> {
    const { followed } = lane;
    const api = await startStandIn();
    let following: Following | undefined;
    try {
      await followed.run(['nft', 'flush', 'ruleset']);
      for (const object of [followedNode(), ...always]) api.put(object);
      following = startFollowing(api, hostOn(followed.run), { flags });
      const { synced, until } = following;
      await until(() => synced.length > 0);
      for (const what of happenings) {
        happen(api, what);
        if (what.kind === 'wait') await aSync(synced);
      }
      // Whatever was lost comes with the last change, at the latest.
      api.watches.disorder('none');
      api.put(serviceOf(8, 0));
      const wanted = await freshly(lane, api.objects());
      const text = JSON.stringify(wanted);
      let found: unknown;
      await until(async () => {
        found = await kernelOf(hostOn(followed.run));
        return JSON.stringify(found) === text;
      }).catch(() => expect(found).toEqual(wanted));
      return synced.filter(({ extent }) => extent !== 'everything').length;
    } finally {
      await following?.end();
      await api.close();
    }
  }

  test('the kernel is what a fresh apply of the same objects makes', async () => {
    let fast = 0;
    const seed = fc.readConfigureGlobal()?.seed ?? Date.now();
    const sequence = fc.array(happening, { minLength: 4, maxLength: 25 });
    const inLane = (lane: Lane, number: number): Promise<void> =>
      fc.assert(
        fc.asyncProperty(sequence, async (happenings) => {
          fast += await follow(lane, happenings);
        }),
        { numRuns: runs / lanes, seed: seed + number },
      );
    await Promise.all(all.map(inLane));
    // Not all of it by compiling everything again; on a busy machine most events come together.
    expect(fast).toBeGreaterThan(runs / 20);
  }, 3_600_000);
});

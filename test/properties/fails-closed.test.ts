/**
 * ND10: what `--validate warn` makes of a world in which one field is damaged lets in no packet that the
 * world without the damage refuses.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasErrors } from '../../src/diagnostics/diagnostic.ts';
import { buildModel } from '../../src/model/model.ts';
import { addressFromBigInt, parseAddress } from '../../src/net/address.ts';
import { cidrRange, parseCidr } from '../../src/net/cidr.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { Packet, World } from '../oracle/world.ts';
import { type Path, pathsOf, replacedAt, valueAt } from '../support/damage.ts';
import { objectOf } from '../support/objects.ts';
import { planOutcome } from '../support/plan-outcome.ts';
import { worldsOf } from '../support/worlds.ts';
import { optionsOf } from '../support/worlds-compile.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { disagreement, forAll } from '../support/worlds-property.ts';

/** No field takes any of these for what it is. */
const garbage: readonly string[] = [
  'a b',
  'a-b_',
  '{{',
  '203.0.113.10/',
  '203.0.113.0/33',
  '10.0.0.0/8,0.0.0.0/0',
  'local',
  'cluster',
  'Vip',
  'false',
  '\u0000',
];
const others: readonly unknown[] = ['false', 5, true, ['x'], { x: 1 }, -1, 1.5, 1e300];

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/** What cannot stand in the place of a value: of another type, or a text or number that is none. */
const wrongFor = (value: unknown): readonly unknown[] => [
  ...others.filter((other) => kindOf(other) !== kindOf(value)),
  ...(typeof value === 'string' ? garbage : []),
  ...(typeof value === 'number' ? [-1, 1.5, 1e300] : []),
];

const damaged = (world: World, object: number, path: Path, wrong: unknown): World => ({
  ...world,
  objects: world.objects.map((each, index) =>
    index === object ? (replacedAt(each, path, wrong) as Manifest) : each,
  ),
});

/** The plan as warn makes it; undefined where strict has nothing against the world. */
function planOf(world: World, onlyInvalid: boolean): Plan | undefined {
  const objects = world.objects.map((object) => objectOf(object));
  const options = optionsOf(world);
  if (onlyInvalid && !hasErrors(buildModel(objects, options).diagnostics)) return undefined;
  const { cluster, settings, diagnostics } = buildModel(objects, { ...options, validate: 'warn' });
  expect(hasErrors(diagnostics)).toBe(false);
  return buildPlan(cluster, settings).plan;
}

/** Without an object that lists endpoints; undefined for one that does not. */
function planWithout(world: World, object: number): Plan | undefined {
  const kind = world.objects[object]?.kind;
  if (kind !== 'EndpointSlice' && kind !== 'Endpoints') return undefined;
  return planOf({ ...world, objects: world.objects.toSpliced(object, 1) }, false);
}

/** Without one of a slice's endpoints; undefined for a path that does not lead into one. */
function planWithoutEndpoint(
  world: World,
  object: number,
  [list, entry]: readonly (string | number)[],
): Plan | undefined {
  const slice = world.objects[object];
  if (slice?.kind !== 'EndpointSlice' || list !== 'endpoints' || typeof entry !== 'number')
    return undefined;
  const endpoints = (slice.endpoints ?? []).toSpliced(entry, 1);
  return planOf({ ...world, objects: world.objects.with(object, { ...slice, endpoints }) }, false);
}

/** From the edges of each source range, and next to them, to each load-balancer IP. */
function edgePackets(world: World): readonly Packet[] {
  const services = world.objects.filter((each): each is ServiceManifest => each.kind === 'Service');
  return services.flatMap(({ spec, status }) => {
    const sources = (spec.loadBalancerSourceRanges ?? []).flatMap((text) => {
      const cidr = parseCidr(text.trim());
      if (cidr === undefined) return [];
      const { first, last } = cidrRange(cidr);
      return [first - 1n, first, last, last + 1n]
        .filter((value) => value > 0n && value < 1n << (cidr.family === 'IPv4' ? 32n : 128n))
        .map((value) => addressFromBigInt(cidr.family, value));
    });
    return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '' }) =>
      (spec.ports ?? []).flatMap(({ port, protocol = 'TCP' }) =>
        sources
          .filter(({ family }) => family === parseAddress(ip)?.family)
          .map(({ text }) => ({
            from: text,
            to: ip,
            port,
            protocol: protocol as Packet['protocol'],
            iif: 'eth0',
          })),
      ),
    );
  });
}

const questions = worldsOf(3).chain((world) =>
  fc.record({
    world: fc.constant(world),
    packets: fc.array(packetsOf(world), { minLength: 60, maxLength: 60 }),
    drawn: fc.infiniteStream(fc.nat()),
  }),
);

test('one damaged field lets in no packet that was refused', () => {
  let tried = 0;
  forAll(questions, 12, ({ world, packets, drawn }) => {
    const before = planOf(world, false);
    if (before === undefined) throw new Error('no plan');
    const { localIPs } = world.node;
    const refused = [...packets, ...edgePackets(world)].filter(
      (packet) => planOutcome(before, localIPs, packet).kind !== 'dnat',
    );
    for (const [index, object] of world.objects.entries()) {
      const without = planWithout(world, index);
      // An endpoint that is listed several times is as the last of them says: with that one gone, the others.
      const isOpenIn = (plan: Plan | undefined, packet: Packet) =>
        plan !== undefined && planOutcome(plan, localIPs, packet).kind === 'dnat';
      for (const path of pathsOf(object)) {
        if (path.length === 0) continue;
        const wrongs = wrongFor(valueAt(object, path));
        const wrong = wrongs[(drawn.next().value ?? 0) % wrongs.length];
        const after = damaged(world, index, path, wrong);
        const plan = planOf(after, true);
        if (plan === undefined) continue;
        tried++;
        const opened = refused.find(
          (packet) =>
            planOutcome(plan, localIPs, packet).kind === 'dnat' &&
            (path.includes('conditions') ||
              !(
                isOpenIn(without, packet) ||
                isOpenIn(planWithoutEndpoint(world, index, path), packet)
              )),
        );
        if (opened === undefined) continue;
        const at = `${object.kind} ${object.metadata?.name}: ${path.join('.')} = ${JSON.stringify(wrong)}`;
        return `${at}\n${disagreement(world, opened, {
          before: planOutcome(before, localIPs, opened),
          after: planOutcome(plan, localIPs, opened),
        })}`;
      }
    }
    return undefined;
  });
  expect(tried).toBeGreaterThan(500);
});

const bareNode: World['node'] = {
  localIPs: [],
  detectLocalMode: 'ClusterCIDR',
  serviceCIDRs: [],
  nodePortAddresses: [],
  masqueradeAll: false,
};

describe('an external IP that is a load-balancer IP as well, which source ranges guard', () => {
  const service = (status: unknown, ranges: readonly string[] = ['203.0.113.0/24']) =>
    ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        type: 'LoadBalancer',
        clusterIP: '172.30.0.10',
        ports: [{ port: 80 }],
        externalIPs: ['1.2.3.4'],
        loadBalancerSourceRanges: ranges,
      },
      status,
    }) as unknown as World['objects'][number];
  const externalIPsOf = (status: unknown, ranges?: readonly string[]) =>
    planOf(
      {
        objects: [service(status, ranges)],
        node: bareNode,
      },
      false,
    )?.families.flatMap(({ servicePorts }) =>
      servicePorts.flatMap(({ frontends }) =>
        frontends.flatMap((frontend) =>
          frontend.kind === 'external-ip' ? [frontend.address] : [],
        ),
      ),
    );

  test.each<readonly [string, unknown]>([
    ['status', 'false'],
    ['loadBalancer', { loadBalancer: 7 }],
    ['ingress', { loadBalancer: { ingress: '1.2.3.4' } }],
    ['an entry', { loadBalancer: { ingress: ['1.2.3.4'] } }],
    ['an address', { loadBalancer: { ingress: [{ ip: 1.2 }] } }],
    ['one address of two', { loadBalancer: { ingress: [{ ip: '1.2.3.5' }, { ip: '1.2.3' }] } }],
    ['a mode', { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'vip' }] } }],
  ])('is not served where %s cannot be read', (_what, status) => {
    expect(externalIPsOf(status)).toEqual([]);
    // Nothing guards it.
    expect(externalIPsOf(status, [])).toEqual(['1.2.3.4']);
  });

  test('is served where all can be read', () => {
    const proxied = { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'Proxy' }] } };
    const named = { loadBalancer: { ingress: [{ hostname: 'lb.example', ip: '' }] } };
    for (const status of [undefined, {}, { loadBalancer: {} }, proxied, named])
      expect(externalIPsOf(status)).toEqual(['1.2.3.4']);
  });
});

describe('source ranges of which one cannot be read', () => {
  const cluster = (ranges: unknown): World => ({
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          type: 'LoadBalancer',
          clusterIP: '172.30.0.10',
          clusterIPs: ['172.30.0.10', 'fd00:172:30::10'],
          ipFamilies: ['IPv4', 'IPv6'],
          ipFamilyPolicy: 'RequireDualStack',
          ports: [{ port: 80 }],
          loadBalancerSourceRanges: ranges,
        },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { ip: '2001:db8:aa::4' }] } },
      },
    ] as unknown as World['objects'],
    node: bareNode,
  });
  const rangesOf = (ranges: unknown) =>
    planOf(cluster(ranges), true)?.families.map(({ servicePorts }) =>
      servicePorts[0]?.sourceRanges?.map(
        ({ address, prefixLength }) => `${address}/${prefixLength}`,
      ),
    );

  test.each<readonly [string, unknown]>([
    ['no prefix length', ['203.0.113.10']],
    ['a prefix length beyond the family', ['203.0.113.0/33']],
    ['a range of addresses', ['203.0.113.1-203.0.113.9']],
    ['a name', ['office']],
    ['two CIDRs in one string', ['203.0.113.0/24,198.51.100.0/24']],
    ['no string', [5]],
    ['null', [null]],
    ['a list within the list', [['203.0.113.0/24']]],
    ['an empty string', ['']],
    ['no list', '203.0.113.0/24'],
    ['a mapping', { cidr: '203.0.113.0/24' }],
    ['no list, and empty', ''],
  ])('%s: nobody gets in, in either family', (_what, ranges) => {
    expect(rangesOf(ranges)).toEqual([[], []]);
  });

  test('the valid ones beside it stay in force, and the other family is closed', () => {
    expect(rangesOf(['203.0.113.10', '198.51.100.0/24'])).toEqual([['198.51.100.0/24'], []]);
    expect(rangesOf(['203.0.113.10', '2001:db8::/64', 7])).toEqual([[], ['2001:db8::/64']]);
  });

  test('valid ones of the other family alone leave it open, as kube-proxy does (R4)', () => {
    const { cluster: model, settings } = buildModel(
      cluster(['198.51.100.0/24']).objects.map((object) => objectOf(object)),
      optionsOf(cluster([])),
    );
    const [, six] = buildPlan(model, settings).plan.families;
    expect(six?.servicePorts[0]?.sourceRanges).toBeUndefined();
  });
});

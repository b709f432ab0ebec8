import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../src/net/cidr.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { type CanonicalRuleset, canonicalRuleset } from '../../src/nftables/canonical/canonical.ts';
import { deltaBetween, replaceTable } from '../../src/nftables/delta.ts';
import { buildNftables } from '../../src/nftables/layout/build.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { renderScript } from '../../src/nftables/script.ts';
import type { FamilyPlan, FrontendVerdict, ServicePortPlan } from '../../src/plan/plan.ts';
import { applyOperations, type FakeTables, fakeTables } from '../support/fake-tables.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import {
  clusterIP,
  endpoint,
  familyPlan,
  loadBalancerIP,
  nodePort,
  pickCluster,
  pickMasqueraded,
  planOf,
  servicePort,
} from '../support/plan.ts';

const service = fc
  .record({
    id: fc.integer({ min: 1, max: 6 }),
    endpoints: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
    local: fc.integer({ min: 0, max: 2 }),
    externalLocal: fc.boolean(),
    affinity: fc.constantFrom(undefined, undefined, 60, 600),
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    ranges: fc.constantFrom(undefined, ['198.51.100.0/24'], ['198.51.100.0/25', '192.0.2.0/24']),
    targetPort: fc.constantFrom(8080, 8081),
  })
  .map((world): ServicePortPlan => {
    const endpoints = world.endpoints
      .map((index) => endpoint(`10.1.0.${index}`, world.targetPort + (index === 5 ? 1 : 0)))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
    const external: FrontendVerdict = world.externalLocal
      ? { kind: 'external-local' }
      : pickMasqueraded;
    const verdict = (served: FrontendVerdict): FrontendVerdict =>
      endpoints.length === 0 ? { kind: 'reject' } : served;
    return servicePort({
      service: `svc-${world.id}`,
      protocol: world.protocol as 'TCP',
      frontends: [
        clusterIP(`10.96.0.${world.id}`, verdict(pickCluster)),
        loadBalancerIP(`203.0.113.${world.id}`, verdict(external)),
        nodePort(30000 + world.id, verdict(external)),
      ],
      clusterEndpoints: endpoints,
      localEndpoints: endpoints.slice(0, world.local),
      affinityTimeout: world.affinity,
      sourceRanges: world.ranges
        ?.map((text) => parseCidr(text))
        .filter((cidr) => cidr !== undefined),
    });
  });

const family = fc
  .record({
    services: fc.uniqueArray(service, { maxLength: 5, selector: ({ service: name }) => name }),
    masqueradeAll: fc.boolean(),
    addresses: fc.constantFrom('0.0.0.0/0', '192.168.0.0/24', '192.168.0.0/16'),
  })
  .map((world): FamilyPlan => {
    const cidr = parseCidr(world.addresses);
    const servicePorts = [...world.services].sort((a, b) => (a.service < b.service ? -1 : 1));
    return familyPlan({
      masqueradeAll: world.masqueradeAll,
      clusterIPs: servicePorts.map(({ service: name }) => `10.96.0.${name.slice(4)}`),
      nodePortAddresses: { cidrs: cidr === undefined ? [] : [cidr], loopback: false },
      servicePorts,
    });
  });

const world = family.map((plan) => buildNftables(planOf(plan)));

/** What the kernel holds after each script, element order and line breaks taken out. */
function kernelListings(scripts: readonly string[]): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'natc-delta-'));
  try {
    scripts.forEach((script, index) => {
      writeFileSync(join(directory, `${index}.nft`), script);
    });
    const commands = scripts.map((_, i) => `nft -f ${i}.nft && nft list ruleset > ${i}.list`);
    const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
    execFileSync('unshare', [namespace, 'sh', '-e', '-c', commands.join('\n')], { cwd: directory });
    return scripts.map((_, index) =>
      readFileSync(join(directory, `${index}.list`), 'utf8')
        .replace(/elements = \{([^}]*)\}/g, (_match, list: string) =>
          list
            .split(',')
            .map((element) => element.trim())
            .sort()
            .join('\n'),
        )
        .split(/\n(?=\t(?:set|map|chain) )/)
        .map((text) => text.trim().replace(/\n}$/, '').trim())
        .sort()
        .join('\n'),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const script = (previous: Ruleset, next: Ruleset): string => {
  const { operations, cleanup } = deltaBetween(canonicalRuleset(previous), canonicalRuleset(next));
  return renderScript([...operations, ...cleanup]);
};

describe('delta', () => {
  test('a ruleset differs from itself in nothing', () => {
    fc.assert(
      fc.property(world, (ruleset) => {
        const canonical = canonicalRuleset(ruleset);
        expect(deltaBetween(canonical, canonical)).toEqual({ operations: [], cleanup: [] });
      }),
      { numRuns: 30 },
    );
  });

  test('one endpoint more is one element more and a changed verdict', () => {
    const before = servicePort({
      frontends: [clusterIP('10.96.0.1', pickCluster)],
      clusterEndpoints: [endpoint('10.1.0.1', 8080, { hairpin: false })],
    });
    const after = {
      ...before,
      clusterEndpoints: [
        ...before.clusterEndpoints,
        endpoint('10.1.0.2', 8080, { hairpin: false }),
      ],
    };
    const build = (plan: ServicePortPlan) =>
      buildNftables(planOf(familyPlan({ servicePorts: [plan] })));
    expect(script(build(before), build(after))).toMatchInlineSnapshot(`
      "add chain ip natc pick-tcp-2
      delete element ip natc services { 10.96.0.1 . tcp . 80 }
      add element ip natc services { 10.96.0.1 . tcp . 80 comment "shop/web:http" : goto pick-tcp-2 }
      add element ip natc service-endpoints-tcp { 10.96.0.1 . 80 . 1 : 10.1.0.2 . 8080 }
      add rule ip natc pick-tcp-2 dnat ip to ip daddr . tcp dport . numgen random mod 2 map @service-endpoints-tcp
      flush chain ip natc pick-tcp-1
      delete chain ip natc pick-tcp-1
      "
    `);
  });
});

/** What the kernel holds in the end, in any order. */
const inOrder = (tables: FakeTables) =>
  [...tables]
    .map(([name, { comment, chains, collections }]) => ({
      ...{ name, comment, chains: [...chains].sort(byName) },
      collections: [...collections].sort(byName).map(([key, { elements, ...rest }]) => ({
        key,
        ...rest,
        elements: [...elements].sort(byName),
      })),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** The same with other hooks or declarations, as another natc may have written it. */
function changed(
  { tables }: CanonicalRuleset,
  { priority, size, networks }: { priority: boolean; size: boolean; networks: readonly string[] },
): CanonicalRuleset {
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: new Map(
        Array.from(table.chains, ([name, chain]) => [
          name,
          priority ? { ...chain, hook: chain.hook.replace('priority', 'priority 5 +') } : chain,
        ]),
      ),
      collections: new Map(
        Array.from(table.collections, ([name, collection]) => {
          const declaration = size ? `${collection.declaration}; size 9` : collection.declaration;
          const elements = new Map(
            collection.merges ? networks.map((network) => [network, '']) : collection.elements,
          );
          return [name, { ...collection, declaration, elements }];
        }),
      ),
    })),
  };
}

const change = fc.record({
  priority: fc.boolean(),
  size: fc.boolean(),
  networks: fc.subarray(['10.0.0.0/24', '10.0.1.0/24', '10.0.0.0/23', '192.0.2.0/24']),
});

describe('delta, in tables in memory', () => {
  test('leads from any ruleset to any other, without what the kernel refuses', () => {
    fc.assert(
      fc.property(world, change, world, change, (a, one, b, other) => {
        const previous = changed(canonicalRuleset(a), one);
        const next = changed(canonicalRuleset(b), other);
        const tables = fakeTables(previous);
        const { operations, cleanup } = deltaBetween(previous, next);
        applyOperations(tables, [...operations, ...cleanup], next);
        expect(inOrder(tables)).toEqual(inOrder(fakeTables(next)));
      }),
      { numRuns: 200 },
    );
  });

  test('leads from one ruleset to its neighbour, and back', () => {
    fc.assert(
      fc.property(family, fc.nat(), fc.constantFrom('gone', 'moved'), (plan, place, way) => {
        const { servicePorts } = plan;
        const at = servicePorts.length === 0 ? 0 : place % servicePorts.length;
        const others = servicePorts.flatMap((each, index) =>
          index !== at
            ? [each]
            : way === 'gone'
              ? []
              : [{ ...each, clusterEndpoints: [...each.clusterEndpoints].reverse() }],
        );
        const [a, b] = [servicePorts, others].map((ports) =>
          canonicalRuleset(buildNftables(planOf({ ...plan, servicePorts: ports }))),
        );
        if (a === undefined || b === undefined) return;
        for (const [previous, next] of [
          [a, b],
          [b, a],
        ] as const) {
          const tables = fakeTables(previous);
          const { operations, cleanup } = deltaBetween(previous, next);
          applyOperations(tables, [...operations, ...cleanup], next);
          expect(inOrder(tables)).toEqual(inOrder(fakeTables(next)));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('leaves what rules wrote into a map of clients where it is', () => {
    const sticky = servicePort({
      frontends: [clusterIP('10.96.0.1', pickCluster)],
      clusterEndpoints: [endpoint('10.1.0.1', 8080)],
      affinityTimeout: 60,
    });
    const [previous, next] = [
      sticky,
      { ...sticky, clusterEndpoints: [endpoint('10.1.0.2', 8080)] },
    ].map((port) => canonicalRuleset(buildNftables(planOf(familyPlan({ servicePorts: [port] })))));
    if (previous === undefined || next === undefined) throw new Error('two rulesets');
    const tables = fakeTables(previous);
    const clients = [...tables.values()].flatMap(({ collections }) =>
      [...collections.values()].filter(({ isDynamic }) => isDynamic),
    );
    expect(clients.length).toBeGreaterThan(0);
    for (const { elements } of clients) elements.set('198.51.100.7', ' : 10.1.0.1');
    const { operations, cleanup } = deltaBetween(previous, next);
    applyOperations(tables, [...operations, ...cleanup], next);
    const after = [...tables.values()].flatMap(({ collections }) =>
      [...collections.values()].filter(({ isDynamic }) => isDynamic),
    );
    expect(after.map(({ elements }) => [...elements.keys()])).toEqual(
      clients.map(() => ['198.51.100.7']),
    );
  });
});

describeWithKernel('delta, in the kernel', () => {
  test('after each delta the kernel holds what a fresh load of the same ruleset gives', () => {
    fc.assert(
      fc.property(fc.array(world, { minLength: 3, maxLength: 8 }), (worlds) => {
        const fresh = worlds.map((ruleset) => renderNft(ruleset));
        const deltas = worlds.map((ruleset, index) => {
          const previous = worlds[index - 1];
          return previous === undefined ? renderNft(ruleset) : script(previous, ruleset);
        });
        expect(kernelListings(deltas)).toEqual(kernelListings(fresh));
      }),
      { numRuns: 12 },
    );
  });

  test('replacing a table by commands gives what the text gives', () => {
    fc.assert(
      fc.property(world, (ruleset) => {
        const commands = renderScript(canonicalRuleset(ruleset).tables.flatMap(replaceTable));
        expect(kernelListings([commands])).toEqual(kernelListings([renderNft(ruleset)]));
      }),
      { numRuns: 5 },
    );
  });
});

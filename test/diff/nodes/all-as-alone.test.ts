/** What natc diff --all-nodes says of a node against what natc diff --node-name says of it. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../../src/compile.ts';
import { plainPalette } from '../../../src/diagnostics/palette.ts';
import type { SourceObject } from '../../../src/diagnostics/source.ts';
import type { TrafficDiff } from '../../../src/diff/change.ts';
import { formatTrafficJson } from '../../../src/diff/format-json.ts';
import { formatTrafficText } from '../../../src/diff/format-text.ts';
import { groupNodes } from '../../../src/diff/nodes/node-groups.ts';
import { surroundingsOf } from '../../../src/diff/surroundings.ts';
import { diffIptablesTraffic, diffTraffic } from '../../../src/diff/traffic.ts';
import { compareNodes } from '../../../src/diff-nodes.ts';
import { buildIptables } from '../../../src/iptables/layout/build.ts';
import type { CompileOptions } from '../../../src/options.ts';
import type { Manifest } from '../../oracle/manifest.ts';
import { pureVerbs } from '../../support/answers.ts';
import { objectOf } from '../../support/objects.ts';
import { describeWorld, optionsOf } from '../../support/worlds-compile.ts';
import { neighbours } from '../../support/worlds-mutations.ts';
import { forAll } from '../../support/worlds-property.ts';

interface NodeShape {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly zone: string | undefined;
}

const node = ({ name, addresses, podCIDRs, zone }: NodeShape) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } },
  spec: { podCIDRs },
  status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
});

const zones = fc.constantFrom(undefined, 'zone-a', 'zone-b');

/** Nodes that run endpoints and one that runs none; one of them may move to another zone. */
const nodePairs = fc
  .record({ zones: fc.tuple(zones, zones, zones, zones), moved: fc.option(zones, { freq: 4 }) })
  .map(({ zones: of, moved }) => {
    const all: readonly NodeShape[] = [
      ['test-node', 2, 0],
      ['node2', 3, 2],
      ['node3', 4, 3],
      ['idle', 5, 4],
    ].map(([name, host, net], i) => ({
      name: String(name),
      addresses: [`192.168.0.${host}`, `2001:db8::${host}`],
      podCIDRs: [`10.180.${net}.0/24`, `fd00:1${net}::/64`],
      zone: of[i],
    }));
    const before = all.map(node);
    const after = all.map((each, i) =>
      node(i === 1 && moved !== null ? { ...each, zone: moved } : each),
    );
    return { before, after };
  });

const searches = fc.record({
  pair: neighbours,
  nodes: nodePairs,
  isByNode: fc.boolean(),
  backend: fc.constantFrom('nftables' as const, 'nftables' as const, 'iptables' as const),
});

type Search = typeof searches extends fc.Arbitrary<infer T> ? T : never;

const objectsOf = (
  manifests: readonly Manifest[],
  nodes: readonly object[],
): readonly SourceObject[] => [
  ...manifests.filter(({ kind }) => kind !== 'Node').map((object) => objectOf(object)),
  ...nodes.map((object) => objectOf(object)),
];

function alone(
  sides: readonly (readonly SourceObject[])[],
  options: CompileOptions,
  backend: Search['backend'],
  podCIDRs: readonly string[],
): TrafficDiff {
  const outputs = sides.map((objects) => compile(objects, options).output);
  const [before, after] = outputs;
  if (before === undefined || after === undefined) throw new Error('an error in a valid world');
  const addresses = new Set(
    [before, after].flatMap(({ cluster }) =>
      cluster.nodes
        .filter(({ name }) => name === options.nodeName)
        .flatMap((each) => each.addresses),
    ),
  );
  const both = ({ ruleset, plan }: typeof before) => ({
    nftables: ruleset,
    iptables: plan.families.map((family) => buildIptables(family)),
  });
  // Risks are one where their words are: the networks of a node's two families have other words.
  const surroundings = {
    ...surroundingsOf(before, after)(options.nodeName),
    ownPodNetworks: new Set(podCIDRs),
  };
  return backend === 'iptables'
    ? diffIptablesTraffic(both(before), both(after), addresses, surroundings)
    : diffTraffic(before.ruleset, after.ruleset, addresses, surroundings);
}

const locate = () => undefined;

/** Witnesses and examples aside. */
function told(diff: TrafficDiff): string {
  const json = JSON.parse(formatTrafficJson(diff, locate), (key, value) =>
    key === 'witness' || key === 'nodeAddresses'
      ? undefined
      : value?.kind === 'region'
        ? value.label
        : value,
  );
  const text = formatTrafficText(diff, { palette: plainPalette, locate });
  return `${text}${JSON.stringify(json, undefined, 1)}`;
}

/** Lists are told as of the first node that has a change; on others their order may be another. */
const inAnyOrder = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/,$/, '').split(', ').sort().join())
    .sort()
    .join('\n');

const onlyIn = (a: string, b: string): string =>
  a
    .split('\n')
    .filter((line) => !b.split('\n').includes(line))
    .join('\n');

const counts = { groups: 0 };

function check({ pair, nodes, isByNode, backend }: Search): string | undefined {
  const before = objectsOf(pair.before.objects, nodes.before);
  const after = objectsOf(pair.after.objects, nodes.after);
  const options: CompileOptions = {
    ...optionsOf(pair.before),
    nodeName: undefined,
    nodeIPs: [],
    zone: undefined,
    podCIDRs: [],
    ...(isByNode ? { detectLocalMode: 'NodeCIDR' } : {}),
  };
  const compared = compareNodes({
    before,
    after,
    options,
    optionPlaces: new Map(),
    compareTraffic: pureVerbs[backend].compareTraffic,
    isMapped: false,
  });
  const { groups, unchanged } = groupNodes(compared.diffs);
  counts.groups += groups.length;
  for (const { metadata, spec } of nodes.before) {
    const { name } = metadata;
    const group = groups.find((each) => each.nodes.includes(name));
    const cidrs = options.detectLocalMode === 'NodeCIDR' ? spec.podCIDRs : [];
    const diff = alone([before, after], { ...options, nodeName: name }, backend, cidrs);
    if (group === undefined) {
      if (diff.changes.length === 0 && unchanged.includes(name)) continue;
      return `${name} is in no group: ${told(diff)}`;
    }
    const [mine, theirs] = [told(diff), told(group.diff)];
    const isAlike = inAnyOrder(mine) === inAnyOrder(theirs);
    if (!isAlike)
      return `${name} is told:\n${onlyIn(mine, theirs)}\nwith ${group.nodes}:\n${onlyIn(theirs, mine)}\n${describeWorld(pair.before)}\nAFTER\n${describeWorld(pair.after)}`;
  }
  return undefined;
}

test('each node is told what it is told alone', () => {
  forAll(searches, 40, check);
  expect(counts.groups).toBeGreaterThan(0);
});

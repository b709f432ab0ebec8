/**
 * Nobody whom a label of natc diff names sees something else than what is said of the label, at none of the addresses
 * and ports that it names.
 */
import { test } from 'vitest';
import { answerOf } from '../../src/diff/answer.ts';
import { askNftables } from '../../src/diff/ask-nftables.ts';
import { behaviourOf, type Side } from '../../src/diff/behaviour.ts';
import type { Change } from '../../src/diff/change.ts';
import { indexDestinations } from '../../src/diff/destination-index.ts';
import { constantsOf } from '../../src/diff/program.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { addressFromBigInt } from '../../src/net/address.ts';
import type { NftFamily } from '../../src/net/family.ts';
import type { Table } from '../../src/nftables/ast.ts';
import { collections } from '../../src/nftables/names.ts';
import { prepare } from '../../src/nftables/simulate/prepare.ts';
import { isLoopback } from '../../src/packet/packet.ts';
import type { World } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { around, type Client, isMeant, type LabelContext } from '../support/label-reader.ts';
import { type Drawn, drawnFrom, type RegionContext } from '../support/region-reader.ts';
import { type CompiledWorld, compileValid, describeWorld } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { forAll } from '../support/worlds-property.ts';

const sideOf = ({ ruleset, plan }: CompiledWorld, family: NftFamily): Side => ({
  branchesOf: askNftables(
    prepare({ tables: ruleset.tables.filter((table) => table.family === family) }),
  ),
  routeLocalnet:
    family === 'ip' && plan.families.some(({ nodePortAddresses }) => nodePortAddresses.loopback),
});

/** What labels of addresses of the node that nobody listed begin with. */
const unlistedAddress = 'this node, at an unlisted address';

function clientsFor(
  change: Change,
  networks: readonly string[],
  context: LabelContext,
): readonly Client[] {
  const isV6 = change.family === 'ip6';
  const max = isV6 ? (1n << 128n) - 1n : (1n << 32n) - 1n;
  const values = networks
    .filter((network) => network.includes(':') === isV6)
    .flatMap(around)
    .filter((value) => value > 0n && value <= max);
  const remote = values
    .map((value) => addressFromBigInt(isV6 ? 'IPv6' : 'IPv4', value).text)
    .filter(
      (address) =>
        !context.nodeAddresses.has(address) &&
        !/^(127\.|0\.|22[4-9]\.|2[3-5]\d\.|::1?$)/.test(address),
    );
  const interfaces = ['eth0', ...[...context.interfaces].map((name) => name.replace('*', '7'))];
  const own = [...context.nodeAddresses]
    .filter((address) => address.includes(':') === isV6)
    .map((address) => ({ address, inInterface: '' }));
  const names = change.clients.some((label) => label.startsWith(unlistedAddress))
    ? [...interfaces, '']
    : interfaces;
  return [
    ...[...new Set(remote)].flatMap((address) =>
      names.map((inInterface) => ({ address, inInterface })),
    ),
    ...own,
  ];
}

/** What is said of the change, as far as this client goes; undefined where it is true. */
function lie(
  change: Change,
  { address, protocol, port }: Drawn,
  client: Client,
  { sides, nodeAddresses }: { sides: readonly Side[]; nodeAddresses: ReadonlySet<string> },
): string | undefined {
  const asked = {
    ...change.witness.packet,
    ...{ destination: address, protocol, destinationPort: port },
    ...{ source: client.address, inInterface: client.inInterface },
  };
  const [was, is] = sides.map((side) => answerOf(behaviourOf(side, asked, nodeAddresses)));
  if (was === undefined || is === undefined) throw new Error('two sides');
  const found = JSON.stringify({ was, is });
  const share = (answer: typeof was, endpoint: string): number =>
    answer.endpoints.find((each) => each.endpoint === endpoint)?.probability ?? 0;
  const isAsSaid = (): boolean => {
    switch (change.type) {
      case 'ANSWER_BEGINS':
      case 'CLIENTS_ADMITTED':
        return is.kind === 'served' && was.kind !== 'served';
      case 'ANSWER_ENDS':
        return is.kind === 'passed' && was.kind === 'served';
      case 'REFUSAL_BEGINS':
        return is.kind === 'refused' && was.kind !== 'refused';
      case 'DROP_BEGINS':
      case 'CLIENTS_EXCLUDED':
        return is.kind === 'dropped' && was.kind !== 'dropped';
      case 'PASS_BEGINS':
        return is.kind === 'passed' && was.kind !== 'passed';
      case 'ENDPOINTS_CHANGED':
        return change.endpoints.every(
          ({ endpoint, before, after }) =>
            Math.abs(share(was, endpoint) - before) < 1e-9 &&
            Math.abs(share(is, endpoint) - after) < 1e-9,
        );
      case 'SNAT_BEGINS':
        return was.snat !== 'always' && is.snat !== 'never';
      case 'SNAT_ENDS':
        return was.snat !== 'never' && is.snat !== 'always';
      case 'AFFINITY_BEGINS':
        return was.affinityTimeout === undefined && is.affinityTimeout !== undefined;
      case 'AFFINITY_ENDS':
        return was.affinityTimeout !== undefined && is.affinityTimeout === undefined;
      case 'AFFINITY_TIMEOUT_CHANGED':
        return was.affinityTimeout !== is.affinityTimeout;
      case 'AFFINITY_FORGOTTEN':
      case 'MARK_CHANGED':
      case 'MARKED_PACKETS_CHANGED':
        return true;
    }
  };
  return isAsSaid() ? undefined : found;
}

/** What the tables of one family hold on both sides. */
function regionContext(
  tables: readonly Table[],
  nodeAddresses: ReadonlySet<string>,
): RegionContext {
  const isV6 = tables[0]?.family === 'ip6';
  const indexes = tables.map((table) => indexDestinations(table));
  const named = new Set(indexes.flatMap(({ byAddress }) => [...byAddress.keys()]));
  const ofPorts = indexes.flatMap(({ byPort }) => [...byPort.keys()]);
  const networksOf = (wanted: string): readonly string[] =>
    indexes.flatMap(({ addressSets }) =>
      addressSets.filter(({ name }) => name === wanted).flatMap(({ networks }) => networks),
    );
  return {
    named,
    ports: new Set([...named, ...ofPorts].map((key) => Number(key.split(' ').at(-1)))),
    clusterIPs: networksOf(collections.clusterIPs),
    serviceCIDRs: networksOf(collections.serviceCIDRs),
    nodeAddresses: [...nodeAddresses].filter((each) => each.includes(':') === isV6),
  };
}

const pairs = <A, B>(as: readonly A[], bs: readonly B[]): readonly (readonly [A, B])[] =>
  as.flatMap((a) => bs.map((b) => [a, b] as const));

function check({ before, after }: { before: World; after: World }): string | undefined {
  const compiled = [compileValid(before), compileValid(after)] as const;
  const local = new Set(before.node.localIPs.map(canonical));
  const { changes } = diffTraffic(compiled[0].ruleset, compiled[1].ruleset, local);
  const told = changes.flatMap((change) =>
    change.destinations.map((destination) => ({ change, destination })),
  );
  for (const { change, destination } of told) {
    // Of marks, and of endpoints that may be addresses of the node, an example is told.
    if (change.type === 'MARKED_PACKETS_CHANGED') continue;
    if (destination.label.endsWith('is an unlisted address of this node')) continue;
    const { isLocal, address } = destination;
    const nodeAddresses = isLocal && !isLoopback(address) ? new Set([...local, address]) : local;
    const tables = compiled.flatMap(({ ruleset }) =>
      ruleset.tables.filter(({ family }) => family === change.family),
    );
    const constants = constantsOf(tables);
    const context: LabelContext = {
      podNetworks: constants.sourceNetworks,
      interfaces: new Set([...constants.interfaces].filter((name) => name !== 'lo')),
      nodeAddresses,
    };
    const ranges = [before, after].flatMap(({ objects }) =>
      objects.flatMap((object) =>
        object.kind === 'Service' ? (object.spec.loadBalancerSourceRanges ?? []) : [],
      ),
    );
    const networks = [
      ...constants.sourceNetworks,
      ...ranges.map((range) => range.trim()),
      ...change.endpoints.map(({ endpoint }) =>
        endpoint.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''),
      ),
      ...['203.0.113.200', '8.8.4.4', '2001:db8:ffff::200'],
    ];
    const sides = compiled.map((side) => sideOf(side, change.family));
    const drawn =
      destination.kind === 'region'
        ? drawnFrom(destination, regionContext(tables, local))
        : [destination];
    for (const [client, to] of pairs(clientsFor(change, networks, context), drawn)) {
      // Nobody else can reach the loopback.
      if (isLoopback(to.address) && client.inInterface !== '') continue;
      const isUnlisted = client.inInterface === '' && !nodeAddresses.has(client.address);
      const label =
        change.clients.length === 0
          ? 'everyone'
          : change.clients.find((each) => isMeant(each, client, context));
      if (label === undefined || (isUnlisted && !label.startsWith(unlistedAddress))) continue;
      const ownAddresses = isUnlisted ? new Set([...nodeAddresses, client.address]) : nodeAddresses;
      const found = lie(change, to, client, { sides, nodeAddresses: ownAddresses });
      if (found !== undefined)
        return `${change.type} at ${destination.label} for ${change.clients.join(' | ') || 'everyone'}: "${label}" names ${JSON.stringify(client)}, which sees ${found} at ${to.address} ${to.protocol} ${to.port}\n${describeWorld(before)}\nAFTER\n${describeWorld(after)}`;
    }
  }
  return undefined;
}

test('whoever is named sees what is said', () => {
  forAll(neighbours, 60, check);
});

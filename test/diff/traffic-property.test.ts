/** The traffic diff against the simulator: nothing it leaves out differs, and everything it says does. */
import fc from 'fast-check';
import { test } from 'vitest';
import { formatTrafficJson } from '../../src/diff/format-json.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { rulesetFrontends } from '../../src/explain/frontends.ts';
import { type NftOutcome, traceSteps } from '../../src/nftables/simulate/trace.ts';

import { isLoopback } from '../../src/packet/packet.ts';
import type { Packet, World } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { simulatorOf } from '../support/simulate.ts';
import { worlds } from '../support/worlds.ts';
import { type CompiledWorld, compileValid, describeWorld } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { forAll } from '../support/worlds-property.ts';
import { directedPackets } from './directed-packets.ts';

interface Pair {
  readonly before: World;
  readonly after: World;
}

interface Search extends Pair {
  readonly packets: readonly Packet[];
}

const searches = (pairs: fc.Arbitrary<Pair>): fc.Arbitrary<Search> =>
  pairs.chain(({ before, after }) =>
    fc.record({
      before: fc.constant(before),
      after: fc.constant(after),
      packets: fc.array(fc.oneof(packetsOf(before), packetsOf({ ...after, node: before.node })), {
        minLength: 60,
        maxLength: 60,
      }),
    }),
  );

/** natc apply sets route_localnet where node ports are served on the loopback. */
const routeLocalnet = ({ plan }: CompiledWorld): boolean =>
  plan.families.some(({ nodePortAddresses }) => nodePortAddresses.loopback);

/** What a packet and its receiver can see, and which clients are remembered how. */
function seen(outcome: NftOutcome): string {
  const branches = outcome.branches.map((branch) => {
    if (branch.verdict === 'reject') return `${branch.probability.toFixed(6)} refused`;
    if (branch.verdict !== 'accept') return `${branch.probability.toFixed(6)} dropped`;
    const { destination, destinationPort, masquerade, mark, probability } = branch;
    return `${probability.toFixed(6)} ${destination} ${destinationPort} ${masquerade} ${mark}`;
  });
  return `${branches.sort().join('; ')}`;
}

function check({ before, after, packets }: Search): string | undefined {
  const sides = [compileValid(before), compileValid(after)] as const;
  const { localIPs } = before.node;
  const nodeAddresses = new Set(localIPs.map(canonical));
  const { changes } = diffTraffic(sides[0].ruleset, sides[1].ruleset, nodeAddresses);
  const simulate = sides.map((side) => simulatorOf(side.ruleset, localIPs, routeLocalnet(side)));
  const tuples = new Set(
    sides.flatMap(({ ruleset }) =>
      ruleset.tables.flatMap(rulesetFrontends).map(({ element }) => element.key.join(' ')),
    ),
  );
  const directed = directedPackets(
    sides.map(({ ruleset }) => ruleset),
    localIPs,
  );
  for (const packet of [...packets, ...directed]) {
    const [was, is] = simulate.map((run) => run(packet)) as [NftOutcome, NftOutcome];
    if (seen(was) === seen(is) && remembered(was) === remembered(is)) continue;
    const { port } = packet;
    const to = canonical(packet.to);
    const protocol = packet.protocol.toLowerCase();
    const isTuple = tuples.has(`${to} ${protocol} ${port}`);
    const isOwn = nodeAddresses.has(to) || isLoopback(to);
    const isNodePort = isOwn && tuples.has(`${protocol} ${port}`);
    const concerned = changes
      .flatMap(({ destinations }) => destinations)
      .filter((each) => each.family === (to.includes(':') ? 'ip6' : 'ip'))
      .some((each) => {
        const isPort = each.port === port && each.protocol === protocol;
        if (isPort && each.address === to) return true;
        if (isTuple) return false;
        return isNodePort ? isPort && each.kind === 'node port' : each.kind === 'region';
      });
    if (!concerned)
      return `unreported: ${seen(was)} -> ${seen(is)}\n${describeWorld(before, packet)}\nAFTER\n${describeWorld(after)}`;
  }
  return undefined;
}

/**
 * Whose clients are asked for or written on the way, with their timeouts: an apply carries them between
 * the lists of a Service and the names of a port.
 */
const remembered = (outcome: NftOutcome): string => {
  const whose = (map: string) => map.replace(/^clients(?:-local)?(\/.*)\/[^/]*(\/\d+)$/, '$1$2');
  const names = outcome.branches
    .flatMap(({ trace }) => traceSteps(trace))
    .flatMap((step) => {
      if (step.kind !== 'statement') return [];
      const { effect } = step;
      if (effect.kind === 'map-update') return [whose(effect.map)];
      const collection = 'lookup' in effect ? effect.lookup?.collection : undefined;
      return collection?.kind === 'data-map' && collection.dynamic === true
        ? [`${whose(collection.name)} ${collection.timeout}`]
        : [];
    });
  return [...new Set(names)].sort().join();
};

interface WitnessJson {
  readonly packet: {
    readonly source: string;
    readonly destination: string;
    readonly protocol: string;
    readonly destinationPort: number | null;
    readonly inInterface: string | null;
    readonly mark: number;
  };
  readonly nodeAddresses: readonly string[];
}

/** Sends the witness of each change, as the JSON has it, through both sides. */
function checkWitnesses({ before, after }: Pair): string | undefined {
  const sides = [compileValid(before), compileValid(after)] as const;
  const diff = diffTraffic(
    sides[0].ruleset,
    sides[1].ruleset,
    new Set(before.node.localIPs.map(canonical)),
  );
  const json = JSON.parse(formatTrafficJson(diff, () => undefined)) as {
    services: { changes: { type: string; text: string; witness: WitnessJson }[] }[];
  };
  for (const { type, text, witness } of json.services.flatMap(({ changes }) => changes)) {
    const { packet, nodeAddresses } = witness;
    const [was, is] = sides.map((side) =>
      simulatorOf(
        side.ruleset,
        nodeAddresses,
        routeLocalnet(side),
      )({
        from: packet.source,
        to: packet.destination,
        port: packet.destinationPort ?? 0,
        protocol: packet.protocol.toUpperCase() as Packet['protocol'],
        ...(packet.inInterface === null ? {} : { iif: packet.inInterface }),
        mark: packet.mark,
      }),
    ) as [NftOutcome, NftOutcome];
    const differs = type.startsWith('AFFINITY')
      ? remembered(was) !== remembered(is)
      : seen(was) !== seen(is);
    if (!differs)
      return `${type} ${text}: the witness ${JSON.stringify(witness)} sees no difference\n${describeWorld(before)}\nAFTER\n${describeWorld(after)}`;
  }
  return undefined;
}

test('each change has a witness that the sides treat differently', () => {
  forAll(neighbours, 60, checkWitnesses);
});

test('what differs for a packet is reported, and an empty diff is a proof', () => {
  forAll(searches(neighbours), 60, check);
});

test('the same for worlds that have nothing to do with each other', () => {
  const pairs = fc.record({ before: worlds, after: worlds }).map(({ before, after }) => ({
    before,
    after: { ...after, node: { ...after.node, localIPs: before.node.localIPs } },
  }));
  forAll(searches(pairs), 20, check);
});

test('a world in another order is the same world', () => {
  forAll(worlds, 20, (world) => {
    const a = compileValid(world).ruleset;
    const b = compileValid({ ...world, objects: [...world.objects].reverse() }).ruleset;
    const { changes } = diffTraffic(a, b, new Set());
    return changes.length === 0 ? undefined : JSON.stringify(changes[0]?.type);
  });
});

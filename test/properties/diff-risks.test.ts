/** Whoever was answered and is not any more has a mark in natc diff: tried by packets, over random pairs of worlds. */
import fc from 'fast-check';
import { test } from 'vitest';
import { surroundingsOf } from '../../src/diff/surroundings.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { rulesetFrontends } from '../../src/explain/frontends.ts';
import { isLoopback } from '../../src/packet/packet.ts';
import type { Packet, World } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { simulatorOf } from '../support/simulate.ts';
import { compileValid, describeWorld } from '../support/worlds-compile.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { forAll } from '../support/worlds-property.ts';

interface Search {
  readonly before: World;
  readonly after: World;
  readonly packets: readonly Packet[];
}

const searches: fc.Arbitrary<Search> = neighbours.chain(({ before, after }) =>
  fc.record({
    before: fc.constant(before),
    after: fc.constant(after),
    packets: fc.array(packetsOf(before), { minLength: 60, maxLength: 60 }),
  }),
);

function check({ before, after, packets }: Search): string | undefined {
  const sides = [compileValid(before), compileValid(after)] as const;
  const { localIPs } = before.node;
  const nodeAddresses = new Set(localIPs.map(canonical));
  const { changes } = diffTraffic(
    sides[0].ruleset,
    sides[1].ruleset,
    nodeAddresses,
    surroundingsOf(...sides)(before.node.hostname),
  );
  const marked = changes.filter(({ risks }) =>
    risks.some(({ code }) => code === 'NATC6003' || code === 'NATC6004'),
  );
  const tuples = new Set(
    sides[0].ruleset.tables.flatMap(rulesetFrontends).map(({ element }) => element.key.join(' ')),
  );
  const simulate = sides.map(({ ruleset }) => simulatorOf(ruleset, localIPs));
  for (const packet of packets) {
    const [from, to] = [canonical(packet.from), canonical(packet.to)];
    if (isLoopback(from) || isLoopback(to)) continue;
    const [was, is] = simulate.map((run) => run(packet).branches.some(({ dnat }) => dnat));
    if (was !== true || is === true) continue;
    const protocol = packet.protocol.toLowerCase();
    const isTuple = tuples.has(`${to} ${protocol} ${packet.port}`);
    const isMarked = marked
      .flatMap(({ destinations }) => destinations)
      .some(
        (each) =>
          each.protocol === protocol &&
          each.port === packet.port &&
          (isTuple ? each.address === to : each.kind === 'node port'),
      );
    if (!isMarked)
      return `no mark for ${JSON.stringify(packet)}\n${describeWorld(before)}\nAFTER\n${describeWorld(after)}`;
  }
  return undefined;
}

test('whoever loses an answer has a mark', () => {
  forAll(searches, 80, check);
});

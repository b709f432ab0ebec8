import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../oracle/decide.ts';
import type { Packet, World } from '../oracle/world.ts';
import { expectationOf, type Flow } from '../support/cases.ts';
import { describeWorld } from '../support/worlds-compile.ts';
import { type Difference, describeDifference, differences } from './compare.ts';
import { minimise } from './minimise.ts';
import { peerQuestions } from './peer-worlds.ts';
import { numberOf, tally } from './tally.ts';

const worldCount = numberOf('PEER_WORLDS', 100);
const seed = numberOf('PEER_SEED', Date.now() % 2 ** 31);
const packetsEach = 40;
const minimisingTime = 120_000;

const flowOf = (world: World, packet: Packet): Flow => ({
  name: `${packet.protocol} ${packet.from} > ${packet.to} ${packet.port}`,
  ...packet,
  expect: expectationOf(decide(world, packet)),
});

const unexplained = (found: readonly Difference[]): readonly Difference[] =>
  found.filter(({ meant }) => meant === undefined);

async function smallest(world: World, { flow }: Difference): Promise<string> {
  const again = async (smaller: World): Promise<readonly Difference[]> => {
    try {
      return unexplained(await differences(smaller, [flowOf(smaller, flow)]));
    } catch {
      return [];
    }
  };
  const isStillThere = async (smaller: World) => (await again(smaller)).length > 0;
  const small = await minimise(world, isStillThere, minimisingTime);
  const shown = (await again(small)).map(describeDifference).join('\n');
  return `${shown}\n${describeWorld(small)}`;
}

test(`${worldCount} generated worlds, seed ${seed}`, async () => {
  const all: Difference[] = [];
  let flowCount = 0;
  const wrong: string[] = [];
  for (let index = 0; index < worldCount; index++) {
    const own = seed + index;
    const [question] = fc.sample(peerQuestions(packetsEach, own % 2 === 1), {
      seed: own,
      numRuns: 1,
    });
    const { world, packets } = question!;
    const flows = [...new Map(packets.map((each) => [JSON.stringify(each), each])).values()];
    const where = `npm run peer -- --only worlds --worlds 1 --seed ${own}`;
    try {
      const found = await differences(
        world,
        flows.map((packet) => flowOf(world, packet)),
      );
      all.push(...found);
      flowCount += flows.length;
      const [first] = unexplained(found);
      if (first !== undefined) wrong.push(`${where}\n${await smallest(world, first)}`);
    } catch (error) {
      wrong.push(`${where}\n${error}\n${describeWorld(world)}`);
    }
    if (wrong.at(-1)?.startsWith(where) === true) console.log(wrong.at(-1));
    if (index % 10 === 9) console.log(`${index + 1} worlds, ${flowCount} flows, ${tally(all)}`);
  }
  console.log(`${worldCount} worlds, seed ${seed}: ${flowCount} flows, ${tally(all)}`);
  expect(wrong).toEqual([]);
});

/** How the property tests run: bounded, with a printed seed and a counterexample that can be read. */
import fc from 'fast-check';
import { vi } from 'vitest';
import type { Packet, World } from '../oracle/world.ts';
import { worlds } from './worlds.ts';
import { describeWorld } from './worlds-compile.ts';
import { packetsOf } from './worlds-packets.ts';

/** NATC_SEED replays a run; NATC_LONG=1 multiplies the number of runs by 20. */
const seed = Number(process.env['NATC_SEED'] ?? Date.now() % 2 ** 31);
const factor = process.env['NATC_LONG'] === '1' ? 20 : 1;

// Shrinking a counterexample takes longer than finding it.
vi.setConfig({ testTimeout: 300_000 * factor });
console.log(`property tests: NATC_SEED=${seed}`);

/** A world with questions about it. */
export interface Question {
  readonly world: World;
  readonly packets: readonly Packet[];
}

export const questions = (packetCount: number): fc.Arbitrary<Question> =>
  worlds.chain((world) =>
    fc.record({
      world: fc.constant(world),
      packets: fc.array(packetsOf(world), { minLength: packetCount, maxLength: packetCount }),
    }),
  );

/**
 * @param check throws, or returns what is wrong as text; undefined when all is well.
 */
export function forAll<T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  check: (value: T) => string | undefined,
): void {
  const property = fc.property(arbitrary, (value) => {
    const wrong = check(value);
    if (wrong !== undefined) throw new Error(wrong);
  });
  fc.assert(property, { seed, numRuns: numRuns * factor, verbose: 0, reporter });
}

export const sampled = <T>(arbitrary: fc.Arbitrary<T>, count: number): readonly T[] =>
  fc.sample(arbitrary, { seed, numRuns: count * factor });

function reporter<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : '';
  throw new Error(
    `NATC_SEED=${details.seed}, after ${details.numRuns} runs and ${details.numShrinks} shrinks\n${cause}`,
    { cause: details.errorInstance },
  );
}

/** Says which packet two readings disagree on. */
export function disagreement(
  world: World,
  packet: Packet,
  answers: Readonly<Record<string, unknown>>,
): string {
  const lines = Object.entries(answers).map(([who, what]) => `${who}: ${JSON.stringify(what)}`);
  return `${lines.join('\n')}\n${describeWorld(world, packet)}`;
}

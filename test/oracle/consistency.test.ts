import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { worlds } from '../support/worlds.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { oracleOf } from './decide.ts';
import type { Outcome, Packet, World } from './world.ts';

const questions = worlds.chain((world) =>
  fc.tuple(fc.constant(world), fc.array(packetsOf(world), { minLength: 10, maxLength: 20 })),
);

function answers(
  count: number,
  seed: number,
): { world: World; packet: Packet; outcome: Outcome }[] {
  return fc.sample(questions, { numRuns: count, seed }).flatMap(([world, packets]) => {
    const oracle = oracleOf(world);
    return packets.map((packet) => ({ world, packet, outcome: oracle(packet) }));
  });
}

describe('the oracle on generated worlds', () => {
  test('probabilities of the candidates sum to one, and no candidate comes twice', () => {
    for (const { outcome } of answers(200, 1)) {
      if (outcome.kind !== 'dnat') continue;
      const sum = outcome.endpoints.reduce((total, { probability }) => total + probability, 0);
      expect(sum).toBeCloseTo(1, 10);
      const names = outcome.endpoints.map(({ endpoint }) => endpoint);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('the worlds and packets reach every kind of outcome, none of them rarely', () => {
    const all = answers(300, 2);
    const share = (predicate: (outcome: Outcome) => boolean): number =>
      all.filter(({ outcome }) => predicate(outcome)).length / all.length;
    const masquerades = (count: (masqueraded: number, all: number) => boolean) => (o: Outcome) =>
      o.kind === 'dnat' &&
      count(o.endpoints.filter((endpoint) => endpoint.masquerade).length, o.endpoints.length);
    expect(share((o) => o.kind === 'pass')).toBeGreaterThan(0.1);
    expect(share((o) => o.kind === 'reject')).toBeGreaterThan(0.1);
    expect(share((o) => o.kind === 'drop')).toBeGreaterThan(0.03);
    expect(share(masquerades((some, every) => some === every))).toBeGreaterThan(0.05);
    expect(share(masquerades((some) => some === 0))).toBeGreaterThan(0.02);
    expect(share(masquerades((some, every) => some > 0 && some < every))).toBeGreaterThan(0);
  });
});

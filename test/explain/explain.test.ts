import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Subject } from '../../src/explain/context.ts';
import { explain } from '../../src/explain/explain.ts';
import { formatExplanationJson } from '../../src/explain/format-json.ts';
import { formatExplanation } from '../../src/explain/format-text.ts';
import type { L4Proto } from '../../src/net/family.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { parseNft } from '../../src/nftables/parse/parse-nft.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { decide } from '../oracle/decide.ts';
import type { Packet } from '../oracle/world.ts';
import { compileWorld } from '../support/compile-world.ts';
import { canonical } from '../support/kernel-packets.ts';
import { worlds } from '../support/worlds.ts';
import { packetsOf } from '../support/worlds-packets.ts';

const seed = Number(process.env['NATC_SEED'] ?? Date.now() % 2 ** 31);
const runs = process.env['NATC_LONG'] === '1' ? 2000 : 60;

const locate = () => undefined;

function ask(ruleset: Ruleset, localIPs: readonly string[], packet: Packet) {
  const addresses = new Set(localIPs.map(canonical));
  const subject: Subject = {
    ruleset,
    compiled: undefined,
    host: { addresses, routeLocalnet: true, isComplete: false },
  };
  return explain(subject, {
    source: canonical(packet.from),
    sourcePort: undefined,
    destination: canonical(packet.to),
    destinationPort: packet.port,
    protocol: packet.protocol.toLowerCase() as L4Proto,
    inInterface: packet.iif,
  });
}

const verdicts = { dnat: 'delivered', pass: 'passed', drop: 'dropped', reject: 'refused' } as const;

describe(`natc explain on generated worlds, seed ${seed}`, () => {
  test('says what the oracle says, from manifests and from the file they compile to', () => {
    for (const [index, world] of fc.sample(worlds, { seed, numRuns: runs }).entries()) {
      const ruleset = compileWorld(world);
      const golden = parseNft({ name: 'golden.nft', text: renderNft(ruleset) }).ruleset;
      if (golden === undefined) throw new Error('the golden ruleset cannot be read');
      for (const packet of fc.sample(packetsOf(world), { seed: seed + index, numRuns: 10 })) {
        const { localIPs } = world.node;
        const asked = `seed ${seed}, world ${index}: ${JSON.stringify(packet)}`;
        const explanation = ask(ruleset, localIPs, packet);
        const outcome = decide(world, packet);
        // What the kernel drops by itself is none of the oracle's business.
        const isMartian = explanation.endpoints.some(({ branch }) => branch.verdict === 'martian');
        if (!isMartian) expect(explanation.verdict, asked).toBe(verdicts[outcome.kind]);
        if (outcome.kind === 'dnat') {
          expect(explanation.servicePort, asked).toBeDefined();
          const total = explanation.endpoints.reduce(
            (sum, { branch }) => sum + branch.probability,
            0,
          );
          expect(total, asked).toBeCloseTo(1);
          for (const { branch, masqueradeReason } of explanation.endpoints)
            expect(masqueradeReason !== undefined, asked).toBe(branch.masquerade);
        }
        if (explanation.verdict !== 'passed') expect(explanation.reasons, asked).not.toEqual([]);
        const [first] = formatExplanation(explanation, { locate }).split('\n');
        expect(first).toBe(explanation.summary);
        expect(JSON.parse(formatExplanationJson(explanation, locate)).summary).toBe(first);
        const fromFile = ask(golden, localIPs, packet);
        expect([fromFile.summary, fromFile.path], asked).toEqual([
          explanation.summary,
          explanation.path,
        ]);
      }
    }
  });
});

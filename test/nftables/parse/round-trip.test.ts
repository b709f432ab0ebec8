import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ruleset } from '../../../src/nftables/ast.ts';
import { parseNft } from '../../../src/nftables/parse/parse-nft.ts';
import { renderNft } from '../../../src/nftables/render/nft.ts';
import { caseNames, readCase } from '../../support/cases.ts';
import { compileWorld } from '../../support/compile-world.ts';
import { rulesets } from '../../support/rulesets.ts';

const read = (text: string) => parseNft({ name: 'golden.nft', text });

/** Text does not say which field of which object something came from. */
const withoutOrigins = (ruleset: Ruleset): unknown =>
  JSON.parse(JSON.stringify(ruleset, (key, value) => (key === 'origin' ? undefined : value)));

/** What the parser takes from names and comments says nothing in a ruleset that nobody laid out. */
const withoutReadings = (ruleset: Ruleset): unknown =>
  JSON.parse(
    JSON.stringify(withoutOrigins(ruleset), (key, value) =>
      ['clients', 'frontend', 'nodeName', 'role', 'servicePort'].includes(key) ? undefined : value,
    ),
  );

describe('parseNft is the inverse of renderNft', () => {
  test('for any ruleset that can be expressed', () => {
    fc.assert(
      fc.property(rulesets, (ruleset) => {
        const text = renderNft(ruleset);
        const parsed = read(text);
        expect(parsed.diagnostics).toEqual([]);
        // An owner's block is printed once, wherever its first element stands.
        if (parsed.ruleset === undefined) throw new Error(text);
        expect(renderNft(parsed.ruleset)).toBe(text);
        expect(withoutReadings(parsed.ruleset)).toEqual(withoutReadings(ruleset));
      }),
      { numRuns: 300 },
    );
  });

  test('for what is compiled from the behaviour cases', () => {
    for (const name of caseNames) {
      const { node, input } = readCase(name);
      const ruleset = compileWorld({ objects: input, node });
      const parsed = read(renderNft(ruleset));
      expect(parsed.diagnostics).toEqual([]);
      if (parsed.ruleset === undefined) throw new Error(name);
      expect(withoutOrigins(parsed.ruleset), name).toEqual(withoutOrigins(ruleset));
    }
  });
});

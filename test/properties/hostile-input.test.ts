import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compile } from '../../src/compile.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { readObjects } from '../../src/read/read.ts';
import type { World } from '../oracle/world.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { nftCheck } from '../support/kernel-check.ts';
import { linesOfUnknownShape } from '../support/nft-shape.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid, describeWorld, optionsOf } from '../support/worlds-compile.ts';
import { hostileWorlds } from '../support/worlds-hostile.ts';
import { forAll, sampled } from '../support/worlds-property.ts';

/** What natc makes of a hostile world: a ruleset, or undefined when it refuses it. */
function compileHostile(world: World, validate: 'strict' | 'warn'): string | undefined {
  const text =
    validate === 'strict'
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: world.objects })
      : world.objects.map((object) => stringify(object)).join('---\n');
  const { objects } = readObjects([{ name: 'hostile', bytes: Buffer.from(text) }]);
  const { output } = compile(objects, { ...optionsOf(world), validate });
  return output === undefined ? undefined : renderNft(output.ruleset);
}

test('every line of the ruleset of a valid world is of a known shape', () => {
  forAll(worlds, 100, (world) => {
    const strange = linesOfUnknownShape(renderNft(compileValid(world).ruleset));
    return strange.length === 0 ? undefined : strange.join('\n');
  });
});

test.each(['strict', 'warn'] as const)('hostile text stays out of the ruleset (%s)', (validate) => {
  let compiled = 0;
  const runs = 300;
  forAll(hostileWorlds, runs, (world) => {
    const text = compileHostile(world, validate);
    if (text === undefined) return undefined;
    compiled++;
    const strange = linesOfUnknownShape(text);
    return strange.length === 0 ? undefined : `${strange.join('\n')}\n${describeWorld(world)}`;
  });
  // Were all of it refused, nothing would have been tried.
  expect(compiled).toBeGreaterThan(validate === 'warn' ? runs / 2 : 0);
});

describeWithKernel('the kernel accepts', () => {
  test('what is compiled from hostile worlds', () => {
    const rulesets = sampled(hostileWorlds, 60)
      .map((world) => compileHostile(world, 'warn'))
      .filter((text) => text !== undefined);
    expect(nftCheck(rulesets)).toEqual([]);
  });
});

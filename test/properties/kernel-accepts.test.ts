import { expect, test } from 'vitest';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { nftCheck } from '../support/kernel-check.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { sampled } from '../support/worlds-property.ts';

describeWithKernel('the kernel accepts', () => {
  test('the ruleset of every valid world', () => {
    const rulesets = sampled(worlds, 60).map((world) => renderNft(compileValid(world).ruleset));
    expect(nftCheck(rulesets)).toEqual([]);
  });

  test('no nonsense among good rulesets', () => {
    const nonsense = 'add rule ip natc nowhere drop\n';
    const refused = nftCheck(['add table ip natc\n', nonsense]);
    expect(refused.map(({ ruleset }) => ruleset)).toEqual([nonsense]);
  });
});

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { renderNft } from '../../src/render/nft.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { worlds } from '../support/worlds.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { sampled } from '../support/worlds-property.ts';

const worldsPerCall = 20;

/** The kernel's own check, in a namespace that is gone afterwards. */
function check(ruleset: string): string {
  const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
  const nft = ['nft', '-c', '-f', '-'];
  return spawnSync('unshare', [namespace, ...nft], { input: ruleset, encoding: 'utf8' }).stderr;
}

describeWithKernel('the kernel accepts', () => {
  test('the ruleset of every valid world', { timeout: 600_000 }, () => {
    const rulesets = sampled(worlds, 60).map((world) => renderNft(compileValid(world).ruleset));
    for (let start = 0; start < rulesets.length; start += worldsPerCall) {
      const batch = rulesets.slice(start, start + worldsPerCall);
      // Each begins by deleting the tables of the one before: one transaction checks them all.
      if (check(batch.join('')) === '') continue;
      for (const ruleset of batch) expect(check(ruleset), ruleset).toBe('');
      throw new Error('the rulesets are refused together, but not alone');
    }
  });
});

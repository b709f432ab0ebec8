/** The kernel's own check of rulesets, in a namespace that is gone afterwards. */
import { spawnSync } from 'node:child_process';

const perCall = 20;

export interface RefusedRuleset {
  readonly ruleset: string;
  /** What nft said. */
  readonly message: string;
}

/**
 * Checks rulesets of natc by few calls of nft: each begins by deleting the tables of the one before, so
 * that one transaction can hold many.
 */
export function nftCheck(rulesets: readonly string[]): readonly RefusedRuleset[] {
  const refused: RefusedRuleset[] = [];
  for (let start = 0; start < rulesets.length; start += perCall) {
    const batch = rulesets.slice(start, start + perCall);
    if (check(batch.join('')) === undefined) continue;
    const alone = batch.flatMap((ruleset) => {
      const message = check(ruleset);
      return message === undefined ? [] : [{ ruleset, message }];
    });
    if (alone.length === 0) throw new Error('rulesets are refused together, but not alone');
    refused.push(...alone);
  }
  return refused;
}

function check(input: string): string | undefined {
  const namespace = process.getuid?.() === 0 ? '-n' : '-Urn';
  const nft = spawnSync('unshare', [namespace, 'nft', '-c', '-f', '-'], {
    input,
    encoding: 'utf8',
  });
  return nft.status === 0 ? undefined : `status ${nft.status}: ${nft.stderr}`;
}

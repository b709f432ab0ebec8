import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { tableName } from '../ruleset/nftables/names.ts';
import { cleanUp } from './cleanup.ts';
import { cleanUpIptables } from './cleanup-iptables.ts';
import { type Host, succeeded } from './host.ts';
import { nftFamilies } from './kernel-tables.ts';

/** After a change to iptables. Where nft cannot be run, there are no tables of natc. */
export async function removeNftablesRules(host: Host): Promise<readonly Diagnostic[]> {
  const outcome = await cleanUp(host);
  if (outcome.kind !== 'clean') return [];
  return report(outcome.tables.map((table) => `table ${table}`));
}

/** After a change to nftables. */
export async function removeIptablesRules(host: Host): Promise<readonly Diagnostic[]> {
  const outcome = await cleanUpIptables(host);
  return outcome.kind === 'clean' ? report(outcome.removed) : outcome.diagnostics;
}

const report = (removed: readonly string[]): readonly Diagnostic[] =>
  removed.length === 0
    ? []
    : [
        {
          code: 'NATC5054',
          severity: 'warning',
          message: `natc worked through the other backend before: removed ${removed.join(', ')}`,
          places: [],
        },
      ];

/** Whether nftables holds tables of natc; false where nft cannot be run. */
export async function hasNftablesRules(host: Host): Promise<boolean> {
  for (const family of nftFamilies) {
    const result = await host.run('nft', ['-t', 'list', 'table', family, tableName]);
    if (succeeded(result) || result.kind === 'signalled') return true;
  }
  return false;
}

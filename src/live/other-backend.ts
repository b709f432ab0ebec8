import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { cleanUp } from './cleanup.ts';
import type { Host } from './host.ts';
import { cleanUpIptables } from './iptables.ts';

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

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Plan } from '../plan/plan.ts';
import { buildIptables } from '../ruleset/iptables/build.ts';
import type { ApplyOptions } from './apply.ts';
import { cleanUp } from './cleanup.ts';
import { cleanUdpConnections } from './conntrack.ts';
import type { Host } from './host.ts';
import { applyIptables, type IptablesOutcome } from './iptables.ts';
import { noLock } from './lock-diagnostic.ts';
import { setSysctls } from './sysctl.ts';

export type ApplyIptablesOptions = Pick<ApplyOptions, 'lock' | 'maxRemovals' | 'sysctls'>;

/**
 * `apply` by iptables: the rules of all families, under the lock, and then what rules alone cannot do.
 * Tables that natc left in nftables go at the end, so that there are always rules.
 */
export async function applyByIptables(
  host: Host,
  plan: Plan,
  { lock, maxRemovals, sysctls }: ApplyIptablesOptions,
): Promise<IptablesOutcome | { readonly kind: 'lock-timeout' }> {
  const locked = await lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    const rulesets = plan.families.map((family) => buildIptables(family));
    const outcome = await applyIptables(host, rulesets, maxRemovals);
    if (outcome.kind !== 'applied') return outcome;
    const diagnostics = [
      ...outcome.diagnostics,
      ...(await removeNftables(host)),
      ...(await cleanUdpConnections(host, plan)),
      ...(await setSysctls(host, sysctls)),
    ];
    return { ...outcome, diagnostics };
  } finally {
    await locked.lock.release();
  }
}

/** Where there is no nft, there are no tables of natc either. */
async function removeNftables(host: Host): Promise<readonly Diagnostic[]> {
  const outcome = await cleanUp(host);
  if (outcome.kind !== 'clean' || outcome.tables.length === 0) return [];
  return [otherBackendRemoved(outcome.tables.map((table) => `table ${table}`))];
}

export const otherBackendRemoved = (removed: readonly string[]): Diagnostic => ({
  code: 'NATC5054',
  severity: 'warning',
  message: `natc worked through the other backend before: removed ${removed.join(', ')}`,
  places: [],
});

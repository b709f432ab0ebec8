import type { Plan } from '../plan/plan.ts';
import { udpServices } from '../plan/udp-connections.ts';
import { buildIptables } from '../ruleset/iptables/build.ts';
import type { ApplyOptions } from './apply.ts';
import { cleanUdpConnections } from './conntrack.ts';
import type { Host } from './host.ts';
import { applyIptables, type IptablesOutcome } from './iptables.ts';
import { noLock } from './no-lock.ts';
import { removeNftablesRules } from './other-backend.ts';
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
      ...(await removeNftablesRules(host)),
      ...(await cleanUdpConnections(host, udpServices(plan))),
      ...(await setSysctls(host, sysctls)),
    ];
    return { ...outcome, diagnostics };
  } finally {
    await locked.lock.release();
  }
}

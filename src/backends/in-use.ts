import { iptablesVariantsWithRules } from '../host/change/other-backend.ts';
import type { Host } from '../host/machine/host.ts';
import { chainReader } from '../host/machine/kernel-chains.ts';
import { hasBackendState } from '../host/state/backend-state.ts';
import { nftablesPresence } from '../nftables/host/leftovers.ts';
import type { BackendName } from '../options.ts';

/**
 * Through which backend natc works here: nftables where its tables are, and where that cannot be told;
 * else iptables where its rules are, or the state directory knows of some.
 */
export async function backendInUse(host: Host, stateDirectory: string): Promise<BackendName> {
  const chains = chainReader(host);
  const presence = await nftablesPresence(host, chains);
  if (presence.kind === 'present' || presence.kind === 'unknown') return 'nftables';
  const isIptables =
    (await iptablesVariantsWithRules(host, chains)).length > 0 ||
    (await hasBackendState(stateDirectory, 'iptables'));
  return isIptables ? 'iptables' : 'nftables';
}

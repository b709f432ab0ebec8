import { hasBackendState } from '../live/backend-state.ts';
import type { Host } from '../live/host.ts';
import { chainReader } from '../live/kernel-chains.ts';
import { nftablesPresence } from '../live/nftables-presence.ts';
import { iptablesVariantsWithRules } from '../live/other-backend.ts';
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

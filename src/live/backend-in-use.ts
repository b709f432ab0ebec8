import type { Backend } from './backend-name.ts';
import { hasBackendState } from './backend-state.ts';
import type { Host } from './host.ts';
import { chainReader } from './kernel-chains.ts';
import { nftablesPresence } from './nftables-presence.ts';
import { iptablesVariantsWithRules } from './other-backend.ts';

/**
 * Through which backend natc works here: nftables where its tables are, and where that cannot be told;
 * else iptables where its rules are, or the state directory knows of some.
 */
export async function backendInUse(host: Host, stateDirectory: string): Promise<Backend> {
  const chains = chainReader(host);
  const presence = await nftablesPresence(host, chains);
  if (presence.kind === 'present' || presence.kind === 'unknown') return 'nftables';
  const isIptables =
    (await iptablesVariantsWithRules(host, chains)).length > 0 ||
    (await hasBackendState(stateDirectory, 'iptables'));
  return isIptables ? 'iptables' : 'nftables';
}

import { collectNotUnderstood } from '../diff/listed-traffic.ts';
import { ownListing } from '../kube-proxy/own-listing.ts';
import { nameCapabilities } from '../live/capabilities.ts';
import type { Host } from '../live/host.ts';
import { isListed, listRules } from '../live/iptables-listing.ts';
import { localAddresses } from '../live/local-addresses.ts';
import type { Observed } from './backend.ts';

/** The listing itself is asked, as that of a kube-proxy is: nothing has to be remembered of the last apply. */
export async function observeIptables(host: Host): Promise<Observed> {
  const listed = await listRules(host, new Set());
  if (!isListed(listed))
    return { kind: 'unknown', diagnostics: await nameCapabilities(host, [listed]) };
  const listing = ownListing(listed);
  if (listing === undefined) return { kind: 'nothing' };
  const missed = collectNotUnderstood();
  return {
    kind: 'held',
    subject: {
      ...{ ruleset: listing.outline, listing, onNotUnderstood: missed.add },
      ...{ nodeAddresses: await localAddresses(host), podNetworks: [] },
    },
    notUnderstood: () => missed.found().map(({ met }) => met.text),
  };
}

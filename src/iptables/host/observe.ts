import type { Observed } from '../../backends/backend.ts';
import { collectNotUnderstood } from '../../diff/listed-traffic.ts';
import { nameCapabilities } from '../../host/machine/capabilities.ts';
import type { Host } from '../../host/machine/host.ts';
import { localAddresses } from '../../host/machine/local-addresses.ts';
import { ownListing } from '../../kube-proxy/own-listing.ts';
import { isListed, listRules } from './kernel-tables.ts';

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

import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import type { Operation } from '../ruleset/delta.ts';
import { type ClientMap, clientMaps } from '../ruleset/nftables/client-maps.ts';
import { type Host, succeeded } from './host.ts';
import { listPins, type Pin, pinsIn, secondsOf } from './pins.ts';

/**
 * Client maps that a transaction makes anew (the table is replaced, or the affinity timeout changed)
 * would be empty: the pins they have now are added again with the time that is left to them, those of
 * endpoints that are gone left out (A5). What a client learns between this listing and the transaction
 * is lost; it is then balanced anew, as one whose pin expired.
 *
 * natc's rules have no counters, so pins are all that a replaced table knows and the input does not.
 *
 * @returns what to add after `operations`
 */
export async function carriedPins(
  host: Host,
  operations: readonly Operation[],
  next: CanonicalRuleset,
): Promise<readonly Operation[]> {
  const recreated = new Set<string>();
  for (const operation of operations)
    if (operation.kind === 'add-collection')
      recreated.add(`${operation.family} ${operation.collection}`);
  const carried: Operation[] = [];
  for (const map of clientMaps(next)) {
    if (!recreated.has(`${map.family} ${map.name}`)) continue;
    const listing = await listPins(host, map);
    // No such map: it is new. A map that nft crashes on has lost its pins.
    if (listing.kind !== 'exited' || !succeeded(listing)) continue;
    const pins = pinsIn(listing.stdout).filter(({ endpoint }) => map.endpoints.has(endpoint));
    if (pins.length > 0)
      carried.push({
        family: map.family,
        table: map.table,
        collection: map.name,
        kind: 'add-elements',
        elements: pins.map((pin) => pinElement(pin, map)),
      });
  }
  return carried;
}

/** The kernel refuses a pin that would outlive the map's timeout. */
const pinElement = ({ client, endpoint, expires }: Pin, { timeout }: ClientMap): string =>
  `${client}${secondsOf(expires) < timeout ? ` expires ${expires}` : ''} : ${endpoint}`;

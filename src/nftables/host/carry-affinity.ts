import { type Host, succeeded } from '../../host/machine/host.ts';
import { mapsToFill } from '../affinity-sources.ts';
import type { CanonicalRuleset } from '../canonical/canonical.ts';
import type { ClientMap } from '../canonical/client-maps.ts';
import type { Operation } from '../delta.ts';
import { type AffinityEntry, affinityIn, secondsOf } from '../parse/listed-affinity.ts';
import { listAffinity } from './affinity.ts';

export interface CarriedAffinity {
  /** What to add after the operations that make the maps. */
  readonly operations: readonly Operation[];
  /**
   * Maps that are to be made anew, by `family name`, because affinity from elsewhere belongs into them: a
   * client may get an endpoint meanwhile, and an entry that is there already fails the transaction.
   */
  readonly remade: ReadonlySet<string>;
}

/**
 * Client maps that a transaction makes (the table is replaced, the affinity timeout changed, another
 * list of endpoints is picked from, the port has another name) would be empty: the affinity that these
 * clients have now are added again with the time that is left to them, those of endpoints that are gone
 * left out (A5, A13). What a client learns between this listing and the transaction is lost; it is then
 * balanced anew, as one whose entry expired.
 *
 * natc's rules have no counters, so affinity is all that the kernel knows and the input does not.
 *
 * @param previous what the kernel holds; undefined when it is not known
 * @param operations what leads to `next`, the clean-up included
 */
export async function carriedAffinity(
  host: Host,
  previous: CanonicalRuleset | undefined,
  next: CanonicalRuleset,
  operations: readonly Operation[],
): Promise<CarriedAffinity> {
  const listed = new Map<string, Promise<readonly TimedEntry[]>>();
  const entriesOf = (map: ClientMap): Promise<readonly TimedEntry[]> => {
    const key = `${map.family} ${map.name}`;
    const entries = listed.get(key) ?? readEntries(host, map);
    listed.set(key, entries);
    return entries;
  };
  const additions: Operation[] = [];
  const remade = new Set<string>();
  for (const { map, isMade, sources } of mapsToFill(previous, next, operations)) {
    const filled = new Map<string, TimedEntry>();
    let own = 0;
    for (const name of sources) {
      for (const entry of await entriesOf({ ...map, name }))
        if (map.endpoints.has(entry.endpoint) && !filled.has(entry.client))
          filled.set(entry.client, entry);
      if (name === map.name) own = filled.size;
    }
    if (filled.size === 0 || (!isMade && filled.size === own)) continue;
    if (!isMade) remade.add(`${map.family} ${map.name}`);
    additions.push({
      family: map.family,
      table: map.table,
      collection: map.name,
      kind: 'add-elements',
      elements: longestLived([...filled.values()]).map((entry) => entryElement(entry, map)),
    });
  }
  return { operations: additions, remade };
}

interface TimedEntry extends AffinityEntry {
  /** What is left of its time. */
  readonly seconds: number;
}

async function readEntries(host: Host, map: ClientMap): Promise<readonly TimedEntry[]> {
  const listing = await listAffinity(host, map);
  // No such map: it is new. A map that nft crashes on has lost its entries.
  if (listing.kind !== 'exited' || !succeeded(listing)) return [];
  const entries = affinityIn(listing.stdout).map((entry) => ({
    ...entry,
    seconds: secondsOf(entry.expires),
  }));
  // One that expires this moment would live for the whole timeout: the kernel takes 0 for no time given.
  return entries.filter(({ seconds }) => seconds > 0);
}

/** The kernel refuses more elements than a map that rules fill has room for (A10). */
const mostEntries = 65_535;

const longestLived = (entries: readonly TimedEntry[]): readonly TimedEntry[] =>
  entries.length <= mostEntries
    ? entries
    : [...entries].sort((a, b) => b.seconds - a.seconds).slice(0, mostEntries);

/** The kernel refuses an entry that would outlive the map's timeout. */
const entryElement = (
  { client, endpoint, expires, seconds }: TimedEntry,
  { timeout }: ClientMap,
): string => `${client}${seconds < timeout ? ` expires ${expires}` : ''} : ${endpoint}`;

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
   * Maps that are to be made anew, by `family name`, because pins from elsewhere belong into them: a
   * client may learn an endpoint meanwhile, and a pin that is there already fails the transaction.
   */
  readonly remade: ReadonlySet<string>;
}

/**
 * Client maps that a transaction makes (the table is replaced, the affinity timeout changed, another
 * list of endpoints is picked from, the port has another name) would be empty: the pins that these
 * clients have now are added again with the time that is left to them, those of endpoints that are gone
 * left out (A5, A13). What a client learns between this listing and the transaction is lost; it is then
 * balanced anew, as one whose pin expired.
 *
 * natc's rules have no counters, so pins are all that the kernel knows and the input does not.
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
  const listed = new Map<string, Promise<readonly TimedPin[]>>();
  const pinsOf = (map: ClientMap): Promise<readonly TimedPin[]> => {
    const key = `${map.family} ${map.name}`;
    const pins = listed.get(key) ?? readPins(host, map);
    listed.set(key, pins);
    return pins;
  };
  const additions: Operation[] = [];
  const remade = new Set<string>();
  for (const { map, isMade, sources } of mapsToFill(previous, next, operations)) {
    const filled = new Map<string, TimedPin>();
    let own = 0;
    for (const name of sources) {
      for (const pin of await pinsOf({ ...map, name }))
        if (map.endpoints.has(pin.endpoint) && !filled.has(pin.client)) filled.set(pin.client, pin);
      if (name === map.name) own = filled.size;
    }
    if (filled.size === 0 || (!isMade && filled.size === own)) continue;
    if (!isMade) remade.add(`${map.family} ${map.name}`);
    additions.push({
      family: map.family,
      table: map.table,
      collection: map.name,
      kind: 'add-elements',
      elements: longestLived([...filled.values()]).map((pin) => pinElement(pin, map)),
    });
  }
  return { operations: additions, remade };
}

interface TimedPin extends AffinityEntry {
  /** What is left of its time. */
  readonly seconds: number;
}

async function readPins(host: Host, map: ClientMap): Promise<readonly TimedPin[]> {
  const listing = await listAffinity(host, map);
  // No such map: it is new. A map that nft crashes on has lost its pins.
  if (listing.kind !== 'exited' || !succeeded(listing)) return [];
  const pins = affinityIn(listing.stdout).map((pin) => ({
    ...pin,
    seconds: secondsOf(pin.expires),
  }));
  // One that expires this moment would live for the whole timeout: the kernel takes 0 for no time given.
  return pins.filter(({ seconds }) => seconds > 0);
}

/** The kernel refuses more elements than a map that rules fill has room for (A10). */
const mostPins = 65_535;

const longestLived = (pins: readonly TimedPin[]): readonly TimedPin[] =>
  pins.length <= mostPins
    ? pins
    : [...pins].sort((a, b) => b.seconds - a.seconds).slice(0, mostPins);

/** The kernel refuses a pin that would outlive the map's timeout. */
const pinElement = (
  { client, endpoint, expires, seconds }: TimedPin,
  { timeout }: ClientMap,
): string => `${client}${seconds < timeout ? ` expires ${expires}` : ''} : ${endpoint}`;

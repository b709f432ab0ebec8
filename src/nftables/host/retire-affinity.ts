import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { describeRun, type Host, succeeded } from '../../host/machine/host.ts';
import type { CanonicalRuleset } from '../canonical/canonical.ts';
import { type ClientMap, clientMaps } from '../canonical/client-maps.ts';
import type { Delta } from '../delta.ts';
import { type AffinityEntry, affinityIn } from '../parse/listed-affinity.ts';
import { renderScript } from '../script.ts';
import { listAffinity } from './affinity.ts';

/**
 * Deletes the affinity of clients whose endpoint is gone, so that they move on to another one (A5); all
 * other affinity stays. Runs after the kernel took the new endpoints: from then on no such affinity is noted.
 *
 * @param ruleset what the kernel holds now; asked for where something is to be looked at
 * @param delta what was changed: only Services that lost an endpoint are looked at; undefined: all
 */
export async function retireAffinity(
  host: Host,
  ruleset: () => CanonicalRuleset,
  delta: Delta | undefined,
): Promise<readonly Diagnostic[]> {
  const changed = delta === undefined ? undefined : setsWithDeletions(delta);
  if (changed?.size === 0) return [];
  const failures: string[] = [];
  for (const map of clientMaps(ruleset())) {
    if (changed !== undefined && !changed.has(`${map.family} ${map.endpointSet}`)) continue;
    const failure = await retirePinsOf(host, map);
    if (failure !== undefined) failures.push(`${map.name}: ${failure}`);
  }
  return failures.map((failure) => ({
    code: 'NATC5022',
    severity: 'warning',
    message: `clients of endpoints that are gone could not be moved on: ${failure}`,
    places: [],
    hint: 'the next natc apply tries again',
  }));
}

function setsWithDeletions({ operations }: Delta): ReadonlySet<string> {
  const sets = new Set<string>();
  for (const operation of operations)
    if (operation.kind === 'delete-elements')
      sets.add(`${operation.family} ${operation.collection}`);
  return sets;
}

/** A client may expire and learn another endpoint between listing and deleting: then list again. */
const attempts = 5;

/** @returns why it failed; undefined when no affinity to a lost endpoint is left */
async function retirePinsOf(host: Host, map: ClientMap): Promise<string | undefined> {
  let failure: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const listing = await listAffinity(host, map);
    if (!succeeded(listing) || listing.kind !== 'exited') return describeRun(listing);
    const stale = affinityIn(listing.stdout).filter(({ endpoint }) => !map.endpoints.has(endpoint));
    if (stale.length === 0) return undefined;
    const result = await host.run('nft', ['-f', '-'], retirement(map, stale));
    if (succeeded(result)) return undefined;
    failure = describeRun(result);
  }
  return failure;
}

/**
 * An entry may expire between listing and deleting, and deleting what is absent fails the transaction:
 * so each entry is added first, which changes nothing where it still is.
 */
function retirement(map: ClientMap, stale: readonly AffinityEntry[]): string {
  const where = { family: map.family, table: map.table, collection: map.name };
  return renderScript([
    {
      ...where,
      kind: 'add-elements',
      elements: stale.map(({ client, endpoint }) => `${client} : ${endpoint}`),
    },
    { ...where, kind: 'delete-elements', elements: stale.map(({ client }) => client) },
  ]);
}

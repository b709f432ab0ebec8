import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderScript } from '../render/nft-script.ts';
import type { Ruleset } from '../ruleset/ast.ts';
import type { Delta } from '../ruleset/delta.ts';
import { type ClientMap, clientMaps } from '../ruleset/nftables/client-maps.ts';
import { describeRun, type Host, succeeded } from './host.ts';

/**
 * Deletes the pins of clients whose endpoint is gone, so that they move on to another one (A5); all
 * other pins stay. Runs after the kernel took the new endpoints: from then on no such pin is learnt.
 *
 * @param delta what was changed: only Services that lost an endpoint are looked at; undefined: all
 */
export async function retirePins(
  host: Host,
  ruleset: Ruleset,
  delta: Delta | undefined,
): Promise<readonly Diagnostic[]> {
  const failures: string[] = [];
  for (const map of clientMaps(ruleset).filter((candidate) => lostEndpoints(candidate, delta))) {
    const listing = await host.run('nft', ['list', 'map', map.family, map.table, map.name]);
    if (!succeeded(listing) || listing.kind !== 'exited') {
      failures.push(`${map.name}: ${describeRun(listing)}`);
      continue;
    }
    const stale = pins(listing.stdout).filter(({ endpoint }) => !map.endpoints.has(endpoint));
    if (stale.length === 0) continue;
    const result = await host.run('nft', ['-f', '-'], retirement(map, stale));
    if (!succeeded(result)) failures.push(`${map.name}: ${describeRun(result)}`);
  }
  return failures.map((failure) => ({
    code: 'NATC5022',
    severity: 'warning',
    message: `clients of endpoints that are gone could not be moved on: ${failure}`,
    places: [],
    hint: 'natc apply --verify tries again',
  }));
}

const lostEndpoints = (map: ClientMap, delta: Delta | undefined): boolean =>
  delta === undefined ||
  delta.operations.some(
    (operation) =>
      operation.kind === 'delete-elements' &&
      operation.family === map.family &&
      operation.collection === map.endpointSet,
  );

interface Pin {
  readonly client: string;
  readonly endpoint: string;
}

const pinPattern = /([0-9a-f.:]+) (?:timeout \S+ )?expires \S+ : ([0-9a-f.:]+)/g;

/** The pins in a listing of a client map: `10.0.0.2 expires 2h59m58s : 10.1.0.6`. */
const pins = (listing: string): readonly Pin[] =>
  [...listing.matchAll(pinPattern)].map(([, client = '', endpoint = '']) => ({ client, endpoint }));

/**
 * A pin may expire between listing and deleting, and deleting what is absent fails the transaction:
 * so each pin is added first, which changes nothing where it still is.
 */
function retirement(map: ClientMap, stale: readonly Pin[]): string {
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

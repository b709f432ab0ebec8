import type { FieldPath } from '../diagnostics/source.ts';
import { formatAddressPort } from '../net/address.ts';
import type { Origin } from '../plan/plan.ts';
import type { ChangeType } from './change.ts';
import { type Destination, destinationKey, parseDestinationKey, portKey } from './destination.ts';
import type { DestinationFacts } from './destination-index.ts';
import type { Facet } from './facets.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';

/** Finds the field behind a change. */
export type FindOrigin = (facet: Facet, destination: Destination) => Origin | undefined;

/**
 * The field of the new side that makes it so, or of the old side where there is none any more: the
 * endpoint that came or went, a setting of the Service, else what gives the Service its address.
 */
export const changeOrigin =
  ({ before, after }: FamilyPair): FindOrigin =>
  (facet, destination) => {
    const [was, is] = [factsOf(before, destination), factsOf(after, destination)];
    const endpoint =
      facet.type === 'ENDPOINTS_CHANGED' ? endpointOrigin(facet, was, is) : undefined;
    if (endpoint !== undefined) return endpoint;
    const origin = is?.element?.origin ?? was?.element?.origin;
    const path = settings[facet.type];
    return path === undefined || origin?.object.kind !== 'Service' ? origin : { ...origin, path };
  };

const settings: Readonly<Partial<Record<ChangeType, FieldPath>>> = {
  CLIENTS_ADMITTED: ['spec', 'loadBalancerSourceRanges'],
  CLIENTS_EXCLUDED: ['spec', 'loadBalancerSourceRanges'],
  AFFINITY_BEGINS: ['spec', 'sessionAffinity'],
  AFFINITY_ENDS: ['spec', 'sessionAffinity'],
  AFFINITY_TIMEOUT_CHANGED: ['spec', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds'],
};

function factsOf({ index }: PairSide, destination: Destination): DestinationFacts | undefined {
  return destination.kind === 'node port'
    ? index.byPort.get(portKey(destination))
    : index.byAddress.get(destinationKey(destination.address, destination));
}

function endpointOrigin(
  { endpoints }: Facet,
  was: DestinationFacts | undefined,
  is: DestinationFacts | undefined,
): Origin | undefined {
  const gained = endpoints.find(({ before }) => before === 0);
  const lost = endpoints.find(({ after }) => after === 0);
  return (
    (gained && targetOrigin(is, gained.endpoint)) ?? (lost && targetOrigin(was, lost.endpoint))
  );
}

function targetOrigin(facts: DestinationFacts | undefined, endpoint: string): Origin | undefined {
  const place = (facts?.targets ?? []).findIndex((target) => {
    const { address, port } = parseDestinationKey(target);
    return formatAddressPort(address, port) === endpoint;
  });
  return facts?.targetOrigins[place];
}

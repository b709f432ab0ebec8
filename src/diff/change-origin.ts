import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import { formatAddressPort } from '../net/address.ts';
import { servicePortOf } from '../nftables/ast.ts';
import type { Origin } from '../plan/plan.ts';
import type { Aspect, ChangeType } from './aspects.ts';
import type { Blame, Gone } from './blame/blame.ts';
import { type Destination, destinationKey, parseDestinationKey, portKey } from './destination.ts';
import type { DestinationFacts } from './destination-index.ts';

import type { FamilyPair, PairSide } from './family-pair.ts';

/** What stands behind a change. */
export interface ChangeReason {
  /** Undefined where no manifest is known, or none that differs can be behind it. */
  readonly origin: Origin | undefined;
  /** What somebody did there; undefined unless the manifests of both sides are known. */
  readonly cause: string | undefined;
  /** Where the origin is on the old side alone. */
  readonly gone?: Gone;
}

export type FindReason = (aspect: Aspect, destination: Destination) => ChangeReason;

/**
 * The field that differs between two sides of manifests; otherwise the place that gives the new side its behaviour.
 *
 * @param blame undefined unless the manifests of both sides are known
 */
export function changeReason(pair: FamilyPair, blame: Blame | undefined): FindReason {
  const originOf = changeOrigin(pair);
  const ownerOf = (side: PairSide, destination: Destination): string | undefined => {
    const element = factsOf(side, destination)?.element;
    return element === undefined ? undefined : servicePortOf(element)?.service;
  };
  return (aspect, destination) => {
    const place = originOf(aspect, destination);
    if (blame === undefined || destination.servicePort === undefined)
      return { origin: place, cause: undefined };
    const { service } = destination.servicePort;
    const owners = [ownerOf(pair.after, destination), ownerOf(pair.before, destination)];
    const services = new Set([service, ...owners.flatMap((owner) => owner ?? [])]);
    const found = blame({ aspect, destination }, [...services]);
    if (found === undefined) return { origin: undefined, cause: undefined };
    // Of an object that is new or gone, the field that says so tells more than its first line.
    const isWhole = found.origin.path.length === 0 && isSame(place?.object, found.origin.object);
    return {
      ...{ origin: isWhole ? place : found.origin, cause: found.text },
      ...(found.gone && { gone: found.gone }),
    };
  };
}

/** What natc filled in stands where the object stands. */
export const isSame = (a: SourceObject | undefined, b: SourceObject): boolean =>
  a !== undefined &&
  a.source === b.source &&
  a.extent.start === b.extent.start &&
  a.extent.path.join() === b.extent.path.join();

/** Finds the field behind a change. */
type FindOrigin = (aspect: Aspect, destination: Destination) => Origin | undefined;

/**
 * The field of the new side that makes it so, or of the old side where there is none any more: the
 * endpoint that came or went, a setting of the Service, else what gives the Service its address.
 */
const changeOrigin =
  ({ before, after }: FamilyPair): FindOrigin =>
  (aspect, destination) => {
    const [was, is] = [factsOf(before, destination), factsOf(after, destination)];
    const endpoint =
      aspect.type === 'ENDPOINTS_CHANGED' ? endpointOrigin(aspect, was, is) : undefined;
    if (endpoint !== undefined) return endpoint;
    const origin = is?.element?.origin ?? was?.element?.origin;
    const path = settings[aspect.type];
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
  { endpoints }: Aspect,
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

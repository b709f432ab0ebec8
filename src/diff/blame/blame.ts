import type { SourceObject } from '../../diagnostics/source.ts';
import { parseAddress } from '../../net/address.ts';
import type { Origin } from '../../plan/plan.ts';
import { causeText } from './cause-text.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { type Manifests, sourceKey } from './manifests.ts';
import { comeAndGoneIn, type Effect, movedIn, relevance } from './relevance.ts';

/** What somebody changed, where it is written, and in words. */
export interface Cause {
  readonly origin: Origin;
  /** `spec.externalTrafficPolicy: Cluster -> Local` */
  readonly text: string;
  /** Where it is on the old side alone. */
  readonly gone?: Gone;
}

/** What stands on the old side alone, which a reader of the new one cannot see there. */
export interface Gone {
  /** What of the new side is nearest; undefined where nothing is left of the Service. */
  readonly nearest: Origin | undefined;
}

/** @param services all that have or had the destination, the one that has it first */
export type Blame = (effect: Effect, services: readonly string[]) => Cause | undefined;

/**
 * Finds, for a node by its name, the field that differs between two sides and can be behind an effect: the one of the Services concerned, of
 * their endpoints, or else of the node. Undefined where none of these differs in what could be.
 */
export function blameFor(
  before: Manifests,
  after: Manifests,
): (nodeName: string | undefined) => Blame {
  const known = new Map<string, readonly FieldChange[]>();
  const ofService = (service: string): readonly FieldChange[] => {
    const found = known.get(service) ?? [
      ...fieldChanges(before.services.get(service), after.services.get(service)),
      ...ofSources(service, before, after),
    ];
    known.set(service, found);
    return found;
  };
  const node = (side: Manifests, name: string | undefined): SourceObject | undefined =>
    name === undefined ? undefined : side.nodes.get(name);
  const nearestOf = ({ nearest }: FieldChange, service: string): Origin | undefined => {
    const object = after.services.get(service);
    return nearest ?? (object && { object, path: [] });
  };
  return (name) => {
    const ofNode = fieldChanges(node(before, name), node(after, name));
    return (effect, services) => {
      for (const service of services) {
        const found = mostRelevant(ofService(service), effect);
        if (found !== undefined)
          return {
            ...{ origin: placeIn(found, effect), text: causeText(found, service) },
            ...(found.side === 'before' && { gone: { nearest: nearestOf(found, service) } }),
          };
      }
      const found = mostRelevant(ofNode, effect);
      return found && { origin: placeIn(found, effect), text: causeText(found, '') };
    };
  };
}

/**
 * A slice may be another one under the same name, one may take the place of another, or become that of another Service. What endpoints were made from, a
 * workload or the Service itself, need not be new or gone where it is behind them on one side only.
 */
function ofSources(service: string, before: Manifests, after: Manifests): readonly FieldChange[] {
  const own = [before, after].flatMap(({ endpoints }) => endpoints.get(service) ?? []);
  const isMade = own.some(({ kind }) => !kind.startsWith('Endpoint'));
  return [...new Set(own.map((object) => sourceKey(object, service)))].flatMap((key) => {
    const [was, is] = [before.sources.get(key), after.sources.get(key)];
    return isMade && (was === undefined || is === undefined) ? [] : fieldChanges(was, is);
  });
}

function mostRelevant(changes: readonly FieldChange[], effect: Effect): FieldChange | undefined {
  let best: FieldChange | undefined;
  let highest = 0;
  for (const change of changes) {
    const weight = relevance(change, effect);
    const isBetter = weight > highest || (weight === highest && best?.side === 'before');
    if (weight === 0 || !isBetter || (weight === highest && change.side === 'before')) continue;
    best = change;
    highest = weight;
  }
  return best;
}

/**
 * Of an entry that is new or gone as a whole, the line that says what it is; of an object, the line of the endpoint
 * that it is about, where it is about one.
 */
function placeIn({ object, path, field }: FieldChange, { aspect }: Effect): Origin {
  const { endpoints } = object.value;
  if (field === 'endpoints' && typeof path.at(-1) === 'number')
    return { object, path: [...path, 'addresses', 0] };
  if (field === 'spec.ports' && typeof path.at(-1) === 'number')
    return { object, path: [...path, 'port'] };
  if (field !== '' || !Array.isArray(endpoints)) return { object, path };
  const placeOf = (wanted: ReadonlySet<string>): number =>
    endpoints.findIndex((each) => {
      const { addresses } = Object(each) as { readonly addresses?: unknown };
      if (!Array.isArray(addresses)) return false;
      return addresses.some((text) => {
        const address = typeof text === 'string' ? parseAddress(text)?.text : undefined;
        return address !== undefined && wanted.has(address);
      });
    });
  const gone = placeOf(comeAndGoneIn(aspect));
  const place = gone === -1 ? placeOf(movedIn(aspect)) : gone;
  return { object, path: place === -1 ? path : ['endpoints', place, 'addresses', 0] };
}

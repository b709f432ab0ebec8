import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';
import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';

/** One of several things that a single diagnostic is about. */
export interface Subject {
  /** `namespace/name`, or what else it is called. */
  readonly name: string;
  readonly place: Place;
}

/** An object as a subject; `path` is the field to point at. */
export const subject = (
  { namespace, name, object }: { namespace: string; name: string; object: SourceObject },
  path: FieldPath = ['metadata', 'name'],
): Subject => ({ name: `${namespace}/${name}`, place: { kind: 'field', object, path } });

/** The words for one subject and for several. */
export interface Wording {
  readonly noun: readonly [one: string, many: string];
  /** Goes on from the noun and its name: `Service a/b is …`, `3 Services (a/b, …) are …`. */
  readonly says: readonly [one: string, many: string];
  readonly hint?: string;
}

const shown = 3;

/**
 * Says one thing about many objects in one diagnostic, so that a cluster with 5,000 Services of
 * another proxy gets one line and not 5,000. The first few are named and pointed at.
 *
 * @returns nothing for no subjects.
 */
export function grouped(
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
  subjects: readonly Subject[],
  { noun, says, hint }: Wording,
): readonly Diagnostic[] {
  const first = subjects.slice(0, shown);
  const [only] = first;
  if (only === undefined) return [];
  const message =
    subjects.length === 1
      ? `${noun[0]} ${only.name} ${says[0]}`
      : `${subjects.length} ${noun[1]} (${listed(subjects)}) ${says[1]}`;
  const places = first.map((each) => each.place);
  const about = subjects.flatMap(({ place }) => (place.kind === 'field' ? [place.object] : []));
  return [{ code, severity, message, places, ...(hint === undefined ? {} : { hint }), about }];
}

function listed(subjects: readonly Subject[]): string {
  const names = subjects.slice(0, shown).map((each) => each.name);
  const others = subjects.length - names.length;
  return others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more`;
}

export const services: Wording['noun'] = ['Service', 'Services'];
export const endpointSlices: Wording['noun'] = ['EndpointSlice', 'EndpointSlices'];
export const endpointsObjects: Wording['noun'] = ['Endpoints', 'Endpoints objects'];

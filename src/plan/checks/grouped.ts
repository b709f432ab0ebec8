import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type GroupSubject, saidOf } from '../../diagnostics/group.ts';
import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';

export type { GroupSubject };

/** An object as a subject; `path` is the field to point at. */
export const subject = (
  { namespace, name, object }: { namespace: string; name: string; object: SourceObject },
  path: FieldPath = ['metadata', 'name'],
): GroupSubject => ({ name: `${namespace}/${name}`, place: { kind: 'field', object, path } });

/** The words for one subject and for several. */
export interface Wording {
  readonly noun: readonly [one: string, many: string];
  /** Goes on from the noun and its name: `Service a/b is …`, `3 Services (a/b, …) are …`. */
  readonly says: readonly [one: string, many: string];
  readonly hint?: string;
}

/**
 * Says one thing about many objects in one diagnostic, so that a cluster with 5,000 Services of
 * another proxy gets one line and not 5,000. The first few are named and pointed at.
 *
 * @returns nothing for no subjects.
 */
export function grouped(
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
  subjects: readonly GroupSubject[],
  { noun, says, hint }: Wording,
): readonly Diagnostic[] {
  if (subjects.length === 0) return [];
  const said = saidOf({ subjects, words: { noun, says } });
  return [{ code, severity, ...said, ...(hint === undefined ? {} : { hint }) }];
}

export const services: Wording['noun'] = ['Service', 'Services'];
export const endpointSlices: Wording['noun'] = ['EndpointSlice', 'EndpointSlices'];
export const endpointsObjects: Wording['noun'] = ['Endpoints', 'Endpoints objects'];

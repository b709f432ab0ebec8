/** What natc.yaml and annotations say of risks of a diff that somebody has looked at. */

import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { ownName } from '../diagnostics/ignore.ts';
import type { Place } from '../diagnostics/place.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { at, atKey, type Fields, rootFields } from './fields.ts';
import { createReport } from './report.ts';
import { mappingList, stringField } from './typed-fields.ts';

/** A risk that is accepted, of one Service or of all. */
export interface AcceptRule {
  /** As given: whether there is such a code, diff knows. */
  readonly code: string;
  /** `Service shop/web`, in which `*` stands for any text; undefined: of whatever Service. */
  readonly object: string | undefined;
  /** Undefined: nobody said why, and nothing is accepted. */
  readonly reason: string | undefined;
  readonly from: 'natc.yaml' | 'annotation';
  readonly place: Place;
}

export const acceptAnnotation = 'natc.dev/accept-risk';

const entryKeys: readonly string[] = ['code', 'object', 'reason'];

/** Reads `acceptedRisks` of natc.yaml: code, object and reason of each entry. */
export const readAcceptList = (root: Fields): readonly AcceptRule[] =>
  mappingList(root, 'acceptedRisks', (entry): AcceptRule | undefined => {
    for (const key of Object.keys(entry.record).filter((each) => !entryKeys.includes(each))) {
      const meant = didYouMean(key, entryKeys);
      entry.report.fail(atKey(entry, key), {
        code: 'NATC2096',
        message: `unknown key ${quote(key)} of acceptedRisks`,
        hint: meant === undefined ? `it has ${entryKeys.join(', ')}` : `did you mean ${meant}?`,
      });
    }
    const code = stringField(entry, 'code') ?? '';
    const reason = stringField(entry, 'reason')?.trim();
    return {
      ...{ code, object: stringField(entry, 'object'), reason: reason === '' ? undefined : reason },
      ...{ from: 'natc.yaml', place: at(entry, 'code') },
    };
  });

/** What the annotations `natc.dev/accept-risk` of Services say: a code and a reason on each line. */
export function annotatedAcceptances(objects: readonly SourceObject[]): readonly AcceptRule[] {
  const report = createReport('strict');
  return objects.flatMap((object): readonly AcceptRule[] => {
    const text = object.kind === 'Service' ? annotationOf(object) : undefined;
    if (text === undefined) return [];
    const place = atKey(rootFields(object, report), 'metadata', 'annotations', acceptAnnotation);
    const lines = text.split('\n').map((line) => line.trim());
    return lines
      .filter((line) => line !== '')
      .map((line) => {
        const [code = ''] = line.split(/\s/, 1);
        const reason = line.slice(code.length).trim();
        return {
          ...{ code, object: ownName(object), reason: reason === '' ? undefined : reason },
          ...{ from: 'annotation', place },
        };
      });
  });
}

function annotationOf({ value }: SourceObject): string | undefined {
  const { annotations } = Object(value['metadata']) as { readonly annotations?: unknown };
  if (typeof annotations !== 'object' || annotations === null) return undefined;
  const text: unknown = Object.hasOwn(annotations, acceptAnnotation)
    ? (annotations as Readonly<Record<string, unknown>>)[acceptAnnotation]
    : undefined;
  return typeof text === 'string' ? text : undefined;
}

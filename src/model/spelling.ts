import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { quote } from '../diagnostics/quote.ts';
import { atKey, type Fields } from './fields.ts';

/** The fields that Kubernetes defines for one kind of mapping. */
export interface KnownFields {
  /** Those that decide what natc compiles. */
  readonly used: readonly string[];
  readonly all: ReadonlySet<string>;
}

export const knownFields = (
  used: readonly string[],
  unused: readonly string[] = [],
): KnownFields => ({ used, all: new Set([...used, ...unused]) });

/**
 * Warns of unknown fields that look like a misspelling of one that natc uses. All other unknown fields
 * are passed over, as the API server does unless it is asked to be strict.
 */
export function checkSpelling(fields: Fields, known: KnownFields): void {
  for (const key in fields.record) {
    if (known.all.has(key)) continue;
    const meant = didYouMean(key, known.used);
    if (meant === undefined) continue;
    fields.report.warn(atKey(fields, key), {
      code: 'NATC2008',
      message: `unknown field ${quote(key)} is ignored`,
      hint: `did you mean ${meant}?`,
    });
  }
}

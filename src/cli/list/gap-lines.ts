import { printable } from '../../diagnostics/printable.ts';
import { lackingWords, type Uncompiled } from '../../plan/uncompiled.ts';

/** Of which Services a table does not say everything, for whoever reads nothing else. */
export const gapLines = (uncompiled: readonly Uncompiled[]): string =>
  uncompiled
    .map(({ service, lacks }) => `NOT IN FULL: ${printable(service)} ${lackingWords[lacks]}\n`)
    .join('');

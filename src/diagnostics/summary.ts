import type { DiagnosticsReport } from './report.ts';

/** How much input there was, for the summary line. */
export interface InputSize {
  /** Or that it was a cluster. */
  readonly files: number | 'cluster';
  readonly objects: number;
}

/** `2 errors, 1 warning, 4 ignored in 3 files (17 objects)` */
export function formatSummary(
  { counts, ignored }: DiagnosticsReport,
  input: InputSize | undefined,
): string {
  const parts = [
    counted(counts.error, 'error'),
    counted(counts.warning, 'warning'),
    counted(counts.note, 'note'),
  ].filter((part) => !part.startsWith('0 '));
  const problems = parts.length === 0 ? ['no problems'] : parts;
  const found = [...problems, ...(ignored > 0 ? [`${ignored} ignored`] : [])].join(', ');
  if (input === undefined) return found;
  const { files, objects } = input;
  // Of a list that failed there is nothing to count.
  if (files === 'cluster' && objects === 0) return found;
  const where = files === 'cluster' ? 'the cluster' : counted(files, 'file');
  return `${found} in ${where} (${counted(objects, 'object')})`;
}

/** `1 file`, `2 files` */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

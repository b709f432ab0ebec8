import type { Report } from './report.ts';

/** How much input there was, for the summary line. */
export interface InputSize {
  readonly files: number;
  readonly objects: number;
}

/** `2 errors, 1 warning in 3 files (17 objects)` */
export function formatSummary({ counts }: Report, input: InputSize | undefined): string {
  const parts = [
    counted(counts.error, 'error'),
    counted(counts.warning, 'warning'),
    counted(counts.note, 'note'),
  ].filter((part) => !part.startsWith('0 '));
  const found = parts.length === 0 ? 'no problems' : parts.join(', ');
  if (input === undefined) return found;
  return `${found} in ${counted(input.files, 'file')} (${counted(input.objects, 'object')})`;
}

/** `1 file`, `2 files` */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

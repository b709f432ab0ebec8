import { isNothing, markInvented } from '../../allocate/invented.ts';
import type { ClientGroup } from '../../reach/clients.ts';
import type { Exposure } from '../../reach/exposure.ts';
import { exposureTable, formatExposureJson, formatExposureMarkdown } from '../../reach/format.ts';
import { gapLines } from '../list/gap-lines.ts';
import { formatTallTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import type { ReachFlags } from './options.ts';
import type { LoadedSurveySubject } from './survey-subject.ts';

/** Networks that whoever asks tells apart. */
export const askedOf = (from: ClientGroup) => ({
  sources: new Set(from.kind === 'network' ? [from.network] : []),
  destinations: new Set<string>(),
});

export async function formatExposure(
  { uncompiled, invented }: Pick<LoadedSurveySubject, 'uncompiled' | 'invented'>,
  exposure: Exposure,
  { from, output, outFile }: ReachFlags,
  { stdout }: Terminal,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  if (output === 'json')
    return formatExposureJson(exposure, from, { locate, invented, uncompiled });
  const table = exposureTable(exposure, from, locate);
  const marked = isNothing(invented)
    ? table
    : {
        ...table,
        rows: table.rows.map((row) => row.map((cell) => markInvented(cell, invented))),
      };
  const gaps = gapLines(uncompiled);
  if (output === 'markdown')
    return `${formatExposureMarkdown(marked)}${gaps === '' ? '' : `\n${gaps}`}`;
  const { heading, rows, remarks } = marked;
  const cells = rows.map((row) => row.map((cell) => [cell]));
  const width = stdout.isTerminal && outFile === undefined ? stdout.columns : undefined;
  const body = rows.length === 0 ? '' : `${formatTallTable({ heading, rows: cells, width })}\n`;
  return `${body}${remarks.map((remark) => `${remark}.\n`).join('')}${gaps}`;
}

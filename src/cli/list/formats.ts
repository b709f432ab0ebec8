import { type Invented, inventedJson } from '../../allocate/invented.ts';
import type { Plan } from '../../plan/plan.ts';
import type { SummaryRow } from '../../plan/summary.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import type { Channel } from '../terminal.ts';
import { formatSummaryTable } from './format-summary.ts';
import { gapLines } from './gap-lines.ts';

type ListFormat = (
  rows: readonly SummaryRow[],
  plan: Plan,
  channel: Channel,
  gaps: ListGaps,
) => Promise<string>;

/** What is to be said of a list beside its rows. */
interface ListGaps {
  readonly uncompiled: readonly Uncompiled[];
  readonly invented: Invented;
}

const document = (rows: readonly SummaryRow[], { uncompiled, invented }: ListGaps) => ({
  schema: 'natc.list/v1',
  services: rows,
  uncompiled: uncompiled.map(({ service, lacks }) => ({ service, lacks })),
  invented: inventedJson(invented),
});

/** The formats of `natc list -o`. Only the table is made to fit a terminal. */
export const listFormats = {
  table: async (rows, _, { isTerminal, columns }, { uncompiled, invented }) => {
    const width = isTerminal ? columns : undefined;
    return `${formatSummaryTable(rows, { width, invented })}${gapLines(uncompiled)}`;
  },
  wide: async (rows, plan, _, { uncompiled, invented }) => {
    const { endpointLines } = await import('./endpoint-lines.ts');
    const table = formatSummaryTable(rows, { endpoints: endpointLines(plan), invented });
    return `${table}${gapLines(uncompiled)}`;
  },
  name: async (rows) =>
    [...new Set(rows.map(({ namespace, service }) => `${namespace}/${service}\n`))].join(''),
  json: async (rows, _, __, gaps) => `${JSON.stringify(document(rows, gaps), null, 2)}\n`,
  yaml: async (rows, _, __, gaps) => {
    const { stringify } = await import('yaml');
    return stringify(document(rows, gaps), { lineWidth: 0 });
  },
} as const satisfies Record<string, ListFormat>;

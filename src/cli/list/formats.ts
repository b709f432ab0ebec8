import type { Plan } from '../../plan/plan.ts';
import type { SummaryRow } from '../../plan/summary.ts';
import { formatSummaryTable } from '../format-summary.ts';
import type { Channel } from '../terminal.ts';

type ListFormat = (rows: readonly SummaryRow[], plan: Plan, channel: Channel) => Promise<string>;

const document = (rows: readonly SummaryRow[]) => ({ version: 1, services: rows });

/** The formats of `natc list -o`. Only the table is made to fit a terminal. */
export const listFormats = {
  table: async (rows, _, { isTerminal, columns }) =>
    formatSummaryTable(rows, isTerminal ? { width: columns } : {}),
  wide: async (rows, plan) => {
    const { endpointLines } = await import('./endpoint-lines.ts');
    return formatSummaryTable(rows, { endpoints: endpointLines(plan) });
  },
  name: async (rows) =>
    [...new Set(rows.map(({ namespace, service }) => `${namespace}/${service}\n`))].join(''),
  json: async (rows) => `${JSON.stringify(document(rows), null, 2)}\n`,
  yaml: async (rows) => {
    const { stringify } = await import('yaml');
    return stringify(document(rows), { lineWidth: 0 });
  },
} as const satisfies Record<string, ListFormat>;

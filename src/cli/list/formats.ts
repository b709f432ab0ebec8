import { printable } from '../../diagnostics/printable.ts';
import type { Plan } from '../../plan/plan.ts';
import type { SummaryRow } from '../../plan/summary.ts';
import { lackingWords, type Uncompiled } from '../../plan/uncompiled.ts';
import { formatSummaryTable } from '../format-summary.ts';
import type { Channel } from '../terminal.ts';

type ListFormat = (
  rows: readonly SummaryRow[],
  plan: Plan,
  channel: Channel,
  uncompiled: readonly Uncompiled[],
) => Promise<string>;

const document = (rows: readonly SummaryRow[], uncompiled: readonly Uncompiled[]) => ({
  version: 1,
  services: rows,
  uncompiled: uncompiled.map(({ service, lacks }) => ({ service, lacks })),
});

/** Of which Services the table does not say everything, for whoever reads nothing else. */
const gapLines = (uncompiled: readonly Uncompiled[]): string =>
  uncompiled
    .map(({ service, lacks }) => `NOT IN FULL: ${printable(service)} ${lackingWords[lacks]}\n`)
    .join('');

/** The formats of `natc list -o`. Only the table is made to fit a terminal. */
export const listFormats = {
  table: async (rows, _, { isTerminal, columns }, uncompiled) =>
    `${formatSummaryTable(rows, isTerminal ? { width: columns } : {})}${gapLines(uncompiled)}`,
  wide: async (rows, plan, _, uncompiled) => {
    const { endpointLines } = await import('./endpoint-lines.ts');
    const table = formatSummaryTable(rows, { endpoints: endpointLines(plan) });
    return `${table}${gapLines(uncompiled)}`;
  },
  name: async (rows) =>
    [...new Set(rows.map(({ namespace, service }) => `${namespace}/${service}\n`))].join(''),
  json: async (rows, _, __, uncompiled) =>
    `${JSON.stringify(document(rows, uncompiled), null, 2)}\n`,
  yaml: async (rows, _, __, uncompiled) => {
    const { stringify } = await import('yaml');
    return stringify(document(rows, uncompiled), { lineWidth: 0 });
  },
} as const satisfies Record<string, ListFormat>;

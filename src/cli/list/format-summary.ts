import { type Invented, markInvented, nothingInvented } from '../../allocate/invented.ts';
import type { ServedSummary, SummaryRow } from '../../plan/summary.ts';
import { formatTallTable, type Row } from '../table.ts';

const heading = [
  'NAMESPACE',
  'SERVICE',
  'TYPE',
  'PORT',
  'ADDRESSES',
  'NODE PORT',
  'READY',
  'REMARKS',
];

/** By {@link rowKey}. */
export type EndpointLines = ReadonlyMap<string, readonly string[]>;

export interface SummaryTableOptions {
  /** Of the terminal; undefined: the table is as wide as it is. */
  readonly width?: number | undefined;
  /** Adds a column of them. */
  readonly endpoints?: EndpointLines;
  /** What is to be marked. */
  readonly invented?: Invented;
}

/** The same for all that is told of a ServicePort. */
export const rowKey = (row: {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly protocol: string;
}): string => `${row.namespace}/${row.service} ${row.portName} ${row.protocol}`;

/**
 * The table of `natc list` and `natc compile -o summary`: a ServicePort or a Service without rules on
 * each line, further addresses, endpoints and remarks below it. READY counts ready endpoints of all
 * endpoints.
 */
export function formatSummaryTable(
  rows: readonly SummaryRow[],
  { width, endpoints, invented = nothingInvented }: SummaryTableOptions = {},
): string {
  const remarks = heading.length - 1;
  const [before, last] = [heading.slice(0, remarks), heading.slice(remarks)];
  const columns = endpoints === undefined ? heading : [...before, 'ENDPOINTS', ...last];
  return formatTallTable({
    heading: columns,
    rows: rows.map((row) => rowCells(row, endpoints, invented)),
    width,
  });
}

function rowCells(row: SummaryRow, endpoints: EndpointLines | undefined, invented: Invented): Row {
  const marked = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => markInvented(text, invented));
  const { namespace, service, portName, type, served } = row;
  const { protocol } = served ?? { protocol: '' };
  const lines = endpoints?.get(rowKey({ namespace, service, portName, protocol })) ?? [];
  return [
    [namespace],
    [portName === '' ? service : `${service}:${portName}`],
    [type],
    [served === undefined ? '-' : `${served.port}/${served.protocol}`],
    orDash(marked(served?.addresses ?? [])),
    [nodePortCell(served, invented)],
    orDash(served === undefined ? [] : readyCells(served)),
    ...(endpoints === undefined ? [] : [orDash(marked(lines))]),
    [...policyNotes(served), ...marked(row.notes)],
  ];
}

function nodePortCell(served: ServedSummary | undefined, { nodePorts }: Invented): string {
  if (served === undefined || served.nodePort === 0) return '-';
  return nodePorts.has(served.nodePort) ? `${served.nodePort} (allocated)` : `${served.nodePort}`;
}

const orDash = (lines: readonly string[]): readonly string[] => (lines.length > 0 ? lines : ['-']);

function policyNotes(served: ServedSummary | undefined): readonly string[] {
  const external = served?.externalTrafficPolicy === 'Local' ? ['external policy Local'] : [];
  const internal = served?.internalTrafficPolicy === 'Local' ? ['internal policy Local'] : [];
  return [...external, ...internal];
}

function readyCells({ endpoints }: ServedSummary): readonly string[] {
  const isDual = endpoints.length > 1;
  return endpoints.map(
    ({ family, ready, total }) => `${ready}/${total}${isDual ? ` ${family}` : ''}`,
  );
}

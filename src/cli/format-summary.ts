import type { ServedSummary, SummaryRow } from '../plan/summary.ts';
import { formatTable } from './table.ts';

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

/**
 * The table of `natc list` and `natc compile -o summary`: a ServicePort or a Service without rules on
 * each line, further addresses and remarks below it. READY counts ready endpoints of all endpoints.
 */
export function formatSummaryTable(rows: readonly SummaryRow[]): string {
  return formatTable([heading, ...rows.flatMap(rowLines)]);
}

function rowLines(row: SummaryRow) {
  const { namespace, service, portName, type, served } = row;
  const notes = [...policyNotes(served), ...row.notes];
  const name = portName === '' ? service : `${service}:${portName}`;
  const addresses = served?.addresses ?? [];
  const ready = served === undefined ? [] : readyCells(served);
  const first = [
    namespace,
    name,
    type,
    served === undefined ? '-' : `${served.port}/${served.protocol}`,
    addresses[0] ?? '-',
    served === undefined || served.nodePort === 0 ? '-' : String(served.nodePort),
    ready[0] ?? '-',
    notes[0] ?? '',
  ];
  const height = Math.max(addresses.length, ready.length, notes.length);
  const below = Array.from({ length: Math.max(0, height - 1) }, (_, i) => {
    const cells = [addresses[i + 1], '', ready[i + 1], notes[i + 1]].map((cell) => cell ?? '');
    return ['', '', '', '', ...cells];
  });
  return [first, ...below];
}

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

import { type Invented, inventedJson } from '../allocate/invented.ts';
import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import { escapeMarkdown } from '../diff/format-markdown.ts';
import { nodeList } from '../diff/nodes/wording.ts';
import { originJson } from '../explain/origin-json.ts';
import { type ClientGroup, groupWords } from './clients.ts';
import type { Exposure, ExposureRow } from './exposure.ts';
import { destinationOf } from './node-exposure.ts';

/** Kubernetes' words for how an address comes to a Service; `address`: the ruleset does not say. */
export const exposureKinds: Readonly<Record<ExposureRow['kind'], string>> = {
  'cluster IP': 'ClusterIP',
  'external IP': 'ExternalIP',
  'load-balancer IP': 'LoadBalancer',
  'node port': 'NodePort',
  address: 'address',
  region: 'open',
};

export interface ExposureTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences to be said below it. */
  readonly remarks: readonly string[];
}

/** The cells of the table, and what is said below it. */
export function exposureTable(
  { rows, clusterIPs, nodes }: Exposure,
  group: ClientGroup,
  locate: Locate,
): ExposureTable {
  const count = nodes === undefined ? rows.length : new Set(rows.map(destinationOf)).size;
  const where = nodes === undefined ? '' : ` on ${counted(nodes.length, 'node')}`;
  return {
    heading: [
      ...['ADDRESS', 'PORT', 'KIND', 'SERVICE', 'FROM'],
      ...(nodes === undefined ? [] : ['NODES']),
      'LINE',
    ],
    rows: rows.map((row) => [
      row.address,
      portText(row),
      exposureKinds[row.kind],
      row.service === undefined ? '-' : serviceText(row),
      row.admitted.join(', '),
      ...(nodes === undefined ? [] : [nodesText(row.nodes ?? [], nodes.length)]),
      lineText(row, locate),
    ]),
    remarks: [
      `${capital(groupWords(group))} are answered at ${counted(count, 'destination')} of ${counted(servicesIn(rows), 'Service')}${where}`,
      ...(clusterIPs === 0
        ? []
        : [
            `${counted(clusterIPs, 'port')} of cluster IPs would answer too where a route from outside leads here (--cluster-ips lists them)`,
          ]),
    ],
  };
}

/** `all`, `node-a, node-b`, `188 of 200: node-a, node-b, node-c, node-d and 184 more` */
function nodesText(nodes: readonly string[], total: number): string {
  if (nodes.length === total) return 'all';
  const list = nodeList(nodes);
  return list === nodes.join(', ') ? list : `${nodes.length} of ${total}: ${list}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const servicesIn = (rows: readonly ExposureRow[]): number =>
  new Set(rows.flatMap(({ service }) => service ?? [])).size;

const portText = ({ port, protocol }: ExposureRow): string =>
  port === undefined ? 'any' : `${port}/${protocol}`;

const serviceText = ({ service, portName }: ExposureRow): string =>
  portName === '' ? (service ?? '-') : `${service}:${portName}`;

function lineText({ origin }: ExposureRow, locate: Locate): string {
  if (origin === undefined) return '-';
  const location = locate({ kind: 'field', ...origin });
  return location === undefined ? origin.object.source.name : `${location.file}:${location.line}`;
}

/** A table for a comment on a pull request. */
export function formatExposureMarkdown(table: ExposureTable): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(escapeMarkdown).join(' | ')} |\n`;
  const head = table.heading.map((title) => title[0] + title.slice(1).toLowerCase());
  const body =
    table.rows.length === 0
      ? ''
      : `${line(head)}|${head.map(() => ' --- |').join('')}\n${table.rows.map(line).join('')}\n`;
  return `${body}${table.remarks.map((remark) => `${escapeMarkdown(remark)}.\n`).join('')}`;
}

/** The document of `natc reach -o json`, `natc.reach/v1`. */
export function formatExposureJson(
  { rows, clusterIPs, nodes: asked }: Exposure,
  group: ClientGroup,
  { locate, invented, uncompiled }: ExposureJsonContext,
): string {
  const document = {
    schema: 'natc.reach/v1',
    from: group.kind === 'network' ? group.network : group.kind,
    ...(asked !== undefined && { nodes: asked }),
    answers: rows.map(
      ({ kind, address, port, protocol, service, portName, admitted, origin, nodes }) => ({
        address,
        port: port ?? null,
        protocol: protocol ?? null,
        kind: exposureKinds[kind],
        service: service ?? null,
        portName,
        from: admitted,
        ...(nodes !== undefined && { nodes }),
        origin: originJson(origin, locate),
      }),
    ),
    clusterIPsLeftOut: clusterIPs,
    uncompiled: uncompiled.map(({ service, lacks }) => ({ service, lacks })),
    invented: inventedJson(invented),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export interface ExposureJsonContext {
  readonly locate: Locate;
  readonly invented: Invented;
  readonly uncompiled: readonly { readonly service: string; readonly lacks: string }[];
}

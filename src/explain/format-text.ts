import { formatPath, objectName } from '../diagnostics/object-name.ts';
import { type Palette, plainPalette } from '../diagnostics/palette.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Locate } from '../diagnostics/report.ts';
import type { Origin } from '../plan/plan.ts';
import { unknownInterface } from './assumptions.ts';
import type { ExplainedEndpoint, ExplainVerdict, Explanation, Reason } from './explanation.ts';
import { formatEndpoint } from './open-question.ts';
import type { PathEntry, RuleEntry } from './path.ts';

export interface ExplainTextOptions {
  readonly locate: Locate;
  readonly palette?: Palette;
  /** Every rule that was considered, not just those that decided something. */
  readonly isTrace?: boolean;
}

/** The answer for people: the verdict first, then why, then the way through the chains. */
export function formatExplanation(explanation: Explanation, options: ExplainTextOptions): string {
  const { palette = plainPalette, locate } = options;
  const { reasons, endpoints, nearMisses, assumptions, verdict, summary } = explanation;
  const origin = (reason: { readonly origin?: Origin | undefined }): string | undefined =>
    reason.origin && originText(reason.origin, locate);
  const reasonLines = (list: readonly Reason[]): readonly string[] =>
    list.flatMap((reason) => withOrigin(reason.text, origin(reason)));
  const isChoice = verdict === 'delivered' || verdict === 'mixed';
  const blocks: readonly (readonly [string, readonly string[]])[] = [
    ['Why', reasonLines(reasons)],
    ['Endpoints', isChoice ? endpointLines(endpoints, origin) : []],
    ['Near misses', reasonLines(nearMisses)],
    ['Taken for granted', assumptions],
    ['Not looked at', explanation.notLookedAt],
    ['Path', pathLines(explanation.path, options.isTrace === true)],
  ];
  const lines = [
    palette.bold(verdictColors(palette)[verdict](printable(summary))),
    printable(packetLine(explanation)),
  ];
  for (const [title, block] of blocks) {
    if (block.length > 0)
      lines.push('', palette.bold(title), ...block.map((line) => `  ${printable(line)}`));
  }
  return `${lines.join('\n')}\n`;
}

const verdictColors = (
  palette: Palette,
): Readonly<Record<ExplainVerdict, (text: string) => string>> => ({
  delivered: palette.green,
  passed: palette.green,
  dropped: palette.red,
  refused: palette.red,
  mixed: palette.yellow,
});

function packetLine({ packet, sourcePort }: Explanation): string {
  const { source, destination, destinationPort, protocol, inInterface } = packet;
  const from = sourcePort === undefined ? source : formatEndpoint(source, sourcePort);
  const to = protocol === 'icmp' ? destination : formatEndpoint(destination, destinationPort);
  const where =
    inInterface === ''
      ? 'made by a process of this node'
      : inInterface === unknownInterface
        ? 'arriving at this node'
        : `in through ${inInterface}`;
  return `${from} to ${to}/${protocol}, ${where}`;
}

const withOrigin = (text: string, origin: string | undefined): readonly string[] =>
  origin === undefined ? [text] : [text, `    ${origin}`];

/** `shop/web.yaml:9, spec.clusterIP of Service shop/web` */
function originText({ object, path }: Origin, locate: Locate): string {
  const location = locate({ kind: 'field', object, path });
  const place = location === undefined ? '' : `${location.file}:${location.line}, `;
  const field = path.length === 0 ? '' : `${formatPath(path)} of `;
  return `${place}${field}${objectName(object)}`;
}

function endpointLines(
  endpoints: readonly ExplainedEndpoint[],
  origin: (endpoint: ExplainedEndpoint) => string | undefined,
): readonly string[] {
  const isShared = endpoints.every(
    ({ masqueradeReason }) => masqueradeReason?.text === endpoints[0]?.masqueradeReason?.text,
  );
  const rows = endpoints.map((endpoint) => [
    share(endpoint.branch.probability),
    formatEndpoint(endpoint.branch.destination, endpoint.branch.destinationPort),
    endpoint.nodeName === undefined ? '' : `on ${endpoint.nodeName}`,
    fate(endpoint, isShared),
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.flatMap((row, index) => {
    const endpoint = endpoints[index];
    const text = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .filter((cell) => cell !== '')
      .join('  ');
    return withOrigin(text, endpoint && origin(endpoint));
  });
}

/** What happens on the way to an endpoint. */
function fate({ branch, masqueradeReason }: ExplainedEndpoint, isShared: boolean): string {
  if (branch.verdict === 'reject') return 'refused';
  if (branch.verdict !== 'accept') return 'dropped';
  const here = branch.local ? ', a process of this node' : '';
  if (!branch.masquerade) return `source address kept${here}`;
  const why = isShared || masqueradeReason === undefined ? '' : `: ${masqueradeReason.text}`;
  return `masqueraded${here}${why}`;
}

/** `1/3`, or percent where it is no fraction of one. */
export function share(probability: number): string {
  const count = Math.round(1 / probability);
  return Math.abs(1 / count - probability) < 1e-9
    ? `1/${count}`
    : `${(probability * 100).toFixed(1)} %`;
}

function pathLines(path: readonly PathEntry[], isTrace: boolean): readonly string[] {
  const lines: string[] = [];
  let chain = '';
  for (const entry of path) {
    if (entry.kind === 'hook') {
      lines.push(`${entry.hook}: ${entry.chain} (${entry.type}, priority ${entry.priority})`);
      chain = entry.chain;
    } else if (entry.kind === 'route') {
      lines.push(routeWords[entry.to]);
    } else if (isTrace || entry.isDecisive) {
      if (entry.chain !== chain) lines.push(`  chain ${entry.chain}`);
      chain = entry.chain;
      lines.push(...ruleLines(entry));
    }
  }
  return lines;
}

function ruleLines({ rule, lookups, stoppedAt }: RuleEntry): readonly string[] {
  const found = lookups.map(({ collection, key, element, servicePort, isNamed }) =>
    element === undefined
      ? `      @${collection} has no ${key}`
      : `      @${collection} has ${element}${servicePort === undefined || isNamed ? '' : ` (${servicePort})`}`,
  );
  const stopped = stoppedAt === undefined ? [] : [`      no match: ${stoppedAt}`];
  const isSaid = lookups.at(-1)?.element === undefined && lookups.length > 0;
  return [`    ${rule}`, ...found, ...(isSaid ? [] : stopped)];
}

const routeWords: Readonly<Record<Extract<PathEntry, { kind: 'route' }>['to'], string>> = {
  input: 'routed to a process of this node',
  forward: 'routed to another machine',
  output: 'made by a process of this node',
  loopback: 'for this node itself: in again through lo',
  martian: 'dropped by the kernel: loopback addresses stay on the loopback',
};

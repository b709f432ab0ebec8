import type { Locate } from '../diagnostics/report.ts';
import type { Ruleset } from '../nftables/ast.ts';
import type { Change, TrafficDiff } from './change.ts';
import { churnLines, foldChurn } from './churn.ts';
import { placeOf } from './format-text.ts';
import { groupChanges } from './group-changes.ts';
import { script } from './html/script.ts';
import { style } from './html/style.ts';
import { type MappedService, mapTraffic } from './html/traffic-map.ts';
import { notComparedRemarks } from './not-compared.ts';
import { isSilent, notShownLines } from './not-shown.ts';
import { collectRisks, type FoundRisk, riskHead, riskMarks, riskText } from './risks/collect.ts';
import { riskEntry } from './risks/table.ts';
import { summaryOf, summaryText } from './summary.ts';
import { sentenceOf, signOf, subjectOf } from './wording.ts';

export interface HtmlSide {
  /** What the user called it. */
  readonly name: string;
  readonly ruleset: Ruleset;
}

export interface HtmlOptions {
  readonly before: HtmlSide;
  readonly after: HtmlSide;
  readonly locate: Locate;
  /** Whether a Service is in the list at all. */
  readonly isShown?: (service: string) => boolean;
}

/**
 * The traffic diff as one HTML file that needs nothing else and asks no network for anything: the
 * Services of both sides to search and click, each with its changes and a drawing of where its traffic
 * goes.
 */
export function formatTrafficHtml(diff: TrafficDiff, options: HtmlOptions): string {
  const { before, after, locate, isShown = () => true } = options;
  const counts = countsOf(diff);
  const map = mapTraffic(before.ruleset, after.ruleset);
  const services = reportServices(
    diff,
    map.filter(({ name }) => isShown(name)),
    locate,
  );
  return htmlPage({
    title: `${before.name} -> ${after.name}`,
    risks: riskTexts(collectRisks(diff), locate),
    remarks: [
      ...notComparedRemarks(diff.notCompared),
      ...churnLines(foldChurn(diff.changes, false).churn),
      ...diff.remarks.map(({ service, text }) => `${service}: ${text}`),
    ],
    groups: [{ title: '', counts, nodes: '', services }],
  });
}

/** Nodes of which the page says the same; one group without a title where it is about one node. */
export interface HtmlGroup {
  readonly title: string;
  readonly counts: string;
  /** All of the nodes by name, and on which of them the drawings are. */
  readonly nodes: string;
  readonly services: readonly ReportedService[];
}

export interface HtmlPage {
  readonly title: string;
  /** What is dangerous, the worst first. */
  readonly risks: readonly string[];
  /** Said of all groups. */
  readonly remarks: readonly string[];
  readonly groups: readonly HtmlGroup[];
}

/** What is dangerous, a line each. @param where on which nodes */
export const riskTexts = (
  risks: readonly FoundRisk[],
  locate: Locate,
  where?: (risk: FoundRisk) => string,
): readonly string[] =>
  risks.map((risk) => {
    const place = placeOf(risk, locate);
    const at = place === undefined ? '' : ` · ${place}`;
    const how = risk.cause === undefined ? '' : ` (${risk.cause})`;
    const on = where === undefined ? '' : ` (${where(risk)})`;
    const why = risk.accepted === undefined ? '' : ` · accepted: ${risk.accepted.reason}`;
    return `${riskHead(risk)}: ${riskText(risk)}${on}${at}${how}${why}`;
  });

export const countsOf = (diff: TrafficDiff): string =>
  isSilent(diff)
    ? 'No packet is treated differently.'
    : [summaryText(summaryOf(diff)), ...notShownLines(diff)].join('. ');

/** Without an unchanged Service, unless it is about one node. */
export function htmlPage({ title, risks, remarks, groups }: HtmlPage): string {
  const isOfOneNode = groups[0]?.title === '';
  const chooser =
    isOfOneNode || groups.length === 0
      ? ''
      : '<select id="group" aria-label="Nodes"></select>\n<p id="nodes"></p>\n';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>natc diff: ${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>natc diff</h1>
<span>${escapeHtml(title)}</span>
<strong id="counts">${escapeHtml(groups[0]?.counts ?? '')}</strong>
<span class="legend"><span class="new">new</span><span class="gone">gone</span></span>
${risks.length === 0 ? '' : `<ol id="risks">\n${risks.map((risk) => `<li>${escapeHtml(risk)}</li>\n`).join('')}</ol>\n`}${remarks.map((remark) => `<small>${escapeHtml(remark)}</small>\n`).join('')}</header>
<nav aria-label="Services">
<div class="tools">
${chooser}<input type="search" id="search" placeholder="Service, address, endpoint" aria-label="Search">
<label><input type="checkbox" id="risky"> with risks only</label>
<label${isOfOneNode ? '' : ' hidden'}><input type="checkbox" id="unchanged"> unchanged Services too</label>
<small id="shown"></small>
</div>
<ul id="services"></ul>
</nav>
<main id="detail"><p>${groups.length === 0 ? 'There is nothing to show.' : 'Choose a Service.'}</p></main>
<script type="application/json" id="data">${embeddedJson({ groups })}</script>
<script>${script}</script>
</body>
</html>
`;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** No character sequence of the data can end the element it stands in. */
const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export interface ReportedService extends MappedService {
  readonly changes: readonly ReturnType<typeof reportChange>[];
}

/** Each Service of the map with its changes, and the changes of what the map lacks. */
export function reportServices(
  diff: TrafficDiff,
  map: readonly MappedService[],
  locate: Locate,
): readonly ReportedService[] {
  const groups = new Map(groupChanges(diff).map((group) => [group.service, group.changes]));
  const report = (service: string | undefined) =>
    (groups.get(service) ?? []).map((change) => reportChange(change, locate));
  const mapped = map.map((service) => ({ ...service, changes: report(service.name) }));
  const known = new Set(mapped.map(({ name }) => name));
  const others = [...groups.keys()].filter((name) => name === undefined || !known.has(name));
  return [...mapped, ...others.map((name) => withoutMap(name, report(name)))];
}

const withoutMap = (
  name: string | undefined,
  changes: ReportedService['changes'],
): ReportedService => ({
  name: name ?? 'No Service',
  state: 'same',
  clients: [],
  addresses: [],
  endpoints: [],
  reaches: [],
  leads: [],
  changes,
});

function reportChange(change: Change, locate: Locate) {
  const { packet } = change.witness;
  const to = packet.protocol === 'icmp' ? '' : ` port ${packet.destinationPort}`;
  return {
    sign: signOf(change),
    subject: subjectOf(change),
    sentence: sentenceOf(change),
    risks: riskMarks(change).map((code) => `${code} ${riskEntry(code).title}`),
    place: placeOf(change, locate) ?? '',
    witness: `for example ${packet.protocol} from ${packet.source} to ${packet.destination}${to}`,
  };
}

import { counted } from '../../diagnostics/summary.ts';
import { isRiskCode, riskEntry, severities } from '../risks/table.ts';
import { type Content, element, type Markup } from './markup.ts';
import { anchorOf, chip, placeLine, section } from './parts.ts';
import type { HtmlReport, NamespaceTotal, ReportRisk } from './report.ts';

/** What the comparison does not cover. */
export const gapSection = (gaps: readonly string[]): Content =>
  gaps.length === 0
    ? undefined
    : section(
        'not-compared',
        'Not compared',
        gaps.map((gap) => element('p', { class: 'gap' }, gap)),
      );

/** What is dangerous, the worst first. @param targets ids of Services that the page has */
export const riskSection = (risks: readonly ReportRisk[], targets: ReadonlySet<string>): Markup =>
  section(
    'risks',
    'Risks',
    risks.length === 0
      ? element('p', {}, 'No risk found.')
      : element(
          'ol',
          {},
          risks.map((risk) => riskItem(risk, targets)),
        ),
  );

function riskItem(risk: ReportRisk, targets: ReadonlySet<string>): Markup {
  const { severity, code, service, text, where, accepted } = risk;
  const rest = service !== undefined && text.startsWith(service) ? text.slice(service.length) : '';
  const words: Content =
    rest !== '' && service !== undefined && targets.has(service)
      ? [element('a', { href: anchorOf(service) }, service), rest]
      : text;
  return element(
    'li',
    { class: accepted === undefined ? severity : 'accepted' },
    element(
      'p',
      {},
      chip(accepted === undefined ? severity : 'accepted', accepted === undefined ? severity : ''),
      ' ',
      element('span', { class: 'code' }, code),
      ' ',
      words,
      where === '' ? undefined : ` (${where})`,
    ),
    accepted === undefined ? undefined : element('p', { class: 'note' }, `accepted: ${accepted}`),
    risk.known === undefined ? undefined : element('p', { class: 'note' }, risk.known),
    placeLine(risk),
  );
}

/** Numbers by namespace. */
export function totals({ totals: list, same }: HtmlReport): Content {
  const sum = (of: (total: NamespaceTotal) => number): number =>
    list.reduce((total, each) => total + of(each), 0);
  const all: NamespaceTotal = {
    namespace: 'all',
    risks: {
      high: sum(({ risks }) => risks.high),
      medium: sum(({ risks }) => risks.medium),
      low: sum(({ risks }) => risks.low),
    },
    change: sum(({ change }) => change),
    endpoints: sum(({ endpoints }) => endpoints),
  };
  const row = (total: NamespaceTotal): Markup =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, total.namespace),
      element('td', { class: 'risks' }, risksText(total)),
      element('td', { class: 'number' }, String(total.change)),
      element('td', { class: 'number' }, String(total.endpoints)),
    );
  const head = ['Namespace', 'Risks', 'Change', 'Endpoints'].map((name) =>
    element('th', { scope: 'col' }, name),
  );
  return section(
    'totals',
    'Totals',
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, head)),
      element('tbody', {}, list.map(row)),
      element('tfoot', {}, row(all)),
    ),
    element('p', { class: 'note' }, `${counted(same, 'Service')} as before`),
  );
}

/** `2 high, 1 low`, which breaks between the two only. */
function risksText({ risks }: NamespaceTotal): Content {
  const told = severities.filter((severity) => risks[severity] > 0);
  if (told.length === 0) return 'none';
  return told.map((severity, place) => [
    element('span', {}, `${risks[severity]} ${severity}`),
    place < told.length - 1 ? ', ' : undefined,
  ]);
}

/** What signs, lines and codes mean, those that the page has. */
export function legend({ risks }: HtmlReport): Markup {
  const codes = [...new Set(risks.map(({ code }) => code))].filter(isRiskCode);
  const signs = [
    ['+', 'begins: somebody is answered, or let in, who was not'],
    ['-', 'ends: somebody is no longer answered, or no longer let in'],
    ['~', 'changes: other endpoints, shares, source addresses or affinity'],
    ['1/3', 'on a line: of new connections, a third go there'],
    ['SNAT', "on a line: endpoints see an address of this node, not the client's"],
  ] as const;
  return section(
    'legend',
    'Legend',
    element(
      'dl',
      {},
      signs.map(([sign, meaning]) => [
        element('dt', {}, element('code', {}, sign)),
        element('dd', {}, meaning),
      ]),
      [
        element('dt', {}, element('span', { class: 'box new' }, 'new')),
        element('dd', {}, 'is on the new side alone'),
        element('dt', {}, element('span', { class: 'box gone' }, 'gone')),
        element('dd', {}, 'was on the old side alone'),
      ],
      codes.map((code) => [
        element('dt', {}, element('span', { class: 'code' }, code)),
        element('dd', {}, `${riskEntry(code).title}. ${riskEntry(code).meaning}`),
      ]),
    ),
  );
}

import { counted } from '../../diagnostics/summary.ts';
import { type RiskSeverity, riskEntry, severities } from '../risks/table.ts';
import { drawing } from './drawing.ts';
import { type Content, element, type Markup } from './markup.ts';
import { anchorOf, chip, placeLine, section } from './parts.ts';
import type { HtmlReport, ReportChange, ReportGroup, ReportService } from './report.ts';

/** The id of a Service's part of the page. */
export type IdOf = (service: ReportService) => string;

/** What changes, by group of nodes, namespace and Service. */
export const changeSection = ({ groups, remarks }: HtmlReport, idOf: IdOf): Markup =>
  section(
    'changes',
    'What changes',
    element(
      'form',
      { id: 'tools', role: 'search', hidden: true },
      element('label', { for: 'search' }, 'Service, address or endpoint'),
      element('input', { type: 'search', id: 'search', autocomplete: 'off' }),
      element('label', {}, element('input', { type: 'checkbox', id: 'risky' }), ' with risks only'),
      element('button', { type: 'button', id: 'open' }, 'Open all'),
      element('button', { type: 'button', id: 'close' }, 'Close all'),
      element('p', { id: 'shown', role: 'status' }),
    ),
    remarks.map((remark) => element('p', { class: 'note' }, remark)),
    groups.length === 0 ? element('p', {}, 'There is nothing to show.') : undefined,
    groups.map((group) => groupPart(group, idOf, openOf(groups))),
  );

/** Services that are not folded: the first that have a risk, as many as one looks at. */
const openOf = (groups: readonly ReportGroup[]): ReadonlySet<ReportService> =>
  new Set(
    groups
      .flatMap(({ namespaces }) => namespaces.flatMap(({ services }) => services))
      .filter(({ changes }) => changes.some(({ risks }) => risks.length > 0))
      .slice(0, mostOpen),
  );

const mostOpen = 20;

function groupPart(
  { title, nodes, counts, namespaces }: ReportGroup,
  idOf: IdOf,
  open: ReadonlySet<ReportService>,
): Markup {
  const content = namespaces.map(({ name, services }) =>
    element(
      'section',
      { class: 'namespace' },
      element(title === '' ? 'h3' : 'h4', {}, name === undefined ? 'No Service' : name),
      services.map((service) => servicePart(service, idOf(service), open.has(service))),
    ),
  );
  if (title === '') return element('div', { class: 'group' }, content);
  return element(
    'section',
    { class: 'group' },
    element('h3', {}, title),
    element('p', { class: 'note' }, counts),
    nodes === '' ? undefined : element('p', { class: 'note' }, nodes),
    content,
  );
}

function servicePart(
  { service, life, remarks, changes, ways }: ReportService,
  id: string,
  isOpen: boolean,
): Markup {
  const name = service ?? 'No Service';
  const worst = severities.find((severity) => risksOf(changes, severity) > 0);
  return element(
    'details',
    { class: 'service', id, 'data-risk': worst, ...(isOpen && { open: true }) },
    element(
      'summary',
      {},
      element('span', { class: 'name' }, name),
      life === 'changed' ? undefined : [' ', chip(life, life === 'new' ? 'new' : 'gone')],
      severities.flatMap((severity): Content[] => {
        const count = risksOf(changes, severity);
        return count === 0 ? [] : [' ', chip(`${count} ${severity}`, severity)];
      }),
      ' ',
      element('span', { class: 'count' }, counted(changes.length, 'change')),
    ),
    element('a', { class: 'permalink', href: anchorOf(id) }, `Link to ${name}`),
    remarks.map(({ text, place }) =>
      element('p', { class: 'remark' }, text, place === undefined ? undefined : ` (${place})`),
    ),
    element('ul', { class: 'changes' }, changes.map(changeItem)),
    ways === undefined || ways.routes.length === 0 ? undefined : drawing(ways),
  );
}

/** Of one code once. */
const risksOf = (changes: readonly ReportChange[], severity: RiskSeverity): number =>
  new Set(
    changes.flatMap(({ risks }) =>
      risks.flatMap((risk) => (risk.severity === severity ? [`${risk.code} ${risk.text}`] : [])),
    ),
  ).size;

const signClasses = { '+': 'plus', '-': 'minus', '~': 'tilde' } as const;

function changeItem(change: ReportChange): Markup {
  const { sign, subject, sentence, risks, known, witness } = change;
  const told = new Map(risks.map((risk) => [risk.code, risk]));
  return element(
    'li',
    { class: signClasses[sign] },
    element(
      'p',
      {},
      element('strong', { class: 'sign' }, sign),
      ' ',
      element('code', {}, subject),
      ' ',
      sentence,
    ),
    [...told.values()].map(({ code, severity }) =>
      element(
        'p',
        { class: 'risk' },
        chip(severity, severity),
        ' ',
        element('span', { class: 'code' }, code),
        ` ${riskEntry(code).title}`,
      ),
    ),
    known === undefined ? undefined : element('p', { class: 'note' }, known),
    placeLine(change),
    element('p', { class: 'note' }, witness),
  );
}

/** Services as they were, folded. @param taken ids that the page has already */
export function unchangedSection(
  unchanged: HtmlReport['unchanged'],
  taken: ReadonlySet<string>,
): Content {
  if (unchanged.length === 0) return undefined;
  return element(
    'details',
    { id: 'unchanged' },
    element('summary', {}, `${counted(unchanged.length, 'Service')} as before`),
    unchanged.map((ways) =>
      element(
        'details',
        { class: 'service', id: taken.has(ways.service) ? undefined : ways.service },
        element('summary', {}, element('span', { class: 'name' }, ways.service)),
        ways.routes.length === 0
          ? element('p', { class: 'note' }, 'natc serves nothing of it.')
          : drawing(ways),
      ),
    ),
  );
}

import { element, escapeHtml, htmlOf, type Markup } from './markup.ts';
import { gapSection, legend, riskSection, totals } from './overview.ts';
import type { HtmlReport, ReportService } from './report.ts';
import { script } from './script.ts';
import { changeSection, unchangedSection } from './services.ts';
import { style } from './style.ts';

const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/**
 * The report as one HTML file that needs nothing else and asks no network for anything. It is whole without its
 * script, which only searches, follows links and opens everything to be printed.
 */
export function htmlPage(report: HtmlReport): string {
  const { before, after } = report;
  const title = `natc diff: ${before} -> ${after}`;
  const ids = new Map<ReportService, string>();
  const taken = new Set<string>();
  report.groups.forEach(({ namespaces }, number) => {
    for (const service of namespaces.flatMap(({ services }) => services)) {
      const name = service.service ?? 'no-service';
      ids.set(service, taken.has(name) ? `${name}@${number + 1}` : name);
      taken.add(name);
    }
  });
  const body = [
    element('a', { class: 'skip', href: '#content' }, 'Skip to what changes'),
    header(report),
    element(
      'main',
      { id: 'content', tabindex: '-1' },
      gapSection(report.gaps),
      riskSection(report.risks, taken),
      totals(report),
      element(
        'div',
        { class: 'services' },
        changeSection(report, (service) => ids.get(service) ?? ''),
        unchangedSection(report.unchanged, taken),
      ),
      legend(report),
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${htmlOf(body)}
<script>${script}</script>
</body>
</html>
`;
}

const header = ({ before, after, summary, facts }: HtmlReport): Markup =>
  element(
    'header',
    {},
    element('h1', {}, 'natc diff'),
    element(
      'p',
      { class: 'sides' },
      element('span', {}, before),
      ' \u2192 ',
      element('span', {}, after),
    ),
    element('p', { id: 'counts' }, summary),
    element(
      'dl',
      { id: 'facts' },
      facts.map(({ name, value }) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    ),
  );

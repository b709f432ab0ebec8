import { codes, type DiagnosticCode } from './codes.ts';
import type { Severity } from './diagnostic.ts';
import { type IgnoreRule, ignoreAnnotation } from './ignore.ts';
import {
  type DiagnosticsReport,
  type LocatedPlace,
  placeName,
  type ReportEntry,
} from './report.ts';

const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'note',
};

/** SARIF 2.1.0, which code scanning services read. `version` is natc's own. */
export function formatSarif(report: DiagnosticsReport, version: string): string {
  const told = [...report.entries, ...report.suppressed];
  const ruleIds = [...new Set(told.map(({ diagnostic }) => diagnostic.code))].sort();
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'natc', version, rules: ruleIds.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: [
          ...report.entries.map((entry) => result(entry, ruleIds)),
          ...report.suppressed.map((entry) => ({
            ...result(entry, ruleIds),
            suppressions: entry.rules.map(suppression),
          })),
        ],
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function rule(code: DiagnosticCode) {
  const { title, explanation, remedy } = codes[code];
  return {
    id: code,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: remedy },
  };
}

function result({ diagnostic, places }: ReportEntry, ruleIds: readonly DiagnosticCode[]) {
  const located = places.filter(({ place }) => place.kind !== 'option').map(sarifLocation);
  const hint = diagnostic.hint === undefined ? '' : ` (${diagnostic.hint})`;
  return {
    ruleId: diagnostic.code,
    ruleIndex: ruleIds.indexOf(diagnostic.code),
    level: levels[diagnostic.severity],
    message: { text: `${diagnostic.message}${hint}` },
    locations: located.slice(0, 1),
    relatedLocations: located.slice(1).map((location, index) => ({ id: index + 1, ...location })),
  };
}

/** Somebody has looked at it and said so, in natc.yaml or in an annotation of the object. */
const suppression = ({ from, reason }: IgnoreRule) => ({
  kind: 'external',
  justification: reason ?? `ignored by ${ruleSource[from]}, without a reason`,
});

const ruleSource: Readonly<Record<IgnoreRule['from'], string>> = {
  'natc.yaml': 'natc.yaml',
  annotation: `the annotation ${ignoreAnnotation}`,
};

function sarifLocation({ place, location }: LocatedPlace) {
  const note = 'note' in place ? place.note : undefined;
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(placeName(place)) },
      region:
        location === undefined
          ? undefined
          : {
              startLine: location.line,
              startColumn: location.column,
              endLine: location.endLine,
              endColumn: location.endColumn,
            },
    },
    message: note === undefined ? undefined : { text: note },
  };
}

/** Relative paths stay relative; every step is percent-encoded. */
function fileUri(name: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return name.startsWith('/') ? `file://${path}` : path;
}

import type { Severity } from './diagnostic.ts';
import { type DiagnosticsReport, placeName, type ReportEntry } from './report.ts';

const commands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

/**
 * GitHub workflow commands, which become annotations of a pull request. GitHub shows ten of each
 * severity in a step, so errors come first.
 */
export function formatGithub(report: DiagnosticsReport): string {
  const order: readonly Severity[] = ['error', 'warning', 'note'];
  const lines = order.flatMap((severity) =>
    report.entries.filter((entry) => entry.diagnostic.severity === severity).map(command),
  );
  if (report.leftOut > 0) lines.push(`::notice title=natc::... and ${report.leftOut} more`);
  return lines.map((line) => `${line}\n`).join('');
}

function command({ diagnostic, places }: ReportEntry): string {
  const primary = places[0];
  const isFile = primary !== undefined && primary.place.kind !== 'option';
  const { line, column, endLine, endColumn } = primary?.location ?? {};
  const properties = Object.entries({
    file: isFile ? placeName(primary.place) : undefined,
    line,
    endLine,
    col: column,
    endColumn,
    title: diagnostic.code,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const hint = diagnostic.hint === undefined ? '' : `\n${diagnostic.hint}`;
  const text = escapeData(diagnostic.message + hint);
  return `::${commands[diagnostic.severity]} ${properties.join(',')}::${text}`;
}

const escapeData = (text: string): string =>
  text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

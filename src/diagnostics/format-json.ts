import { formatPath, objectName } from './object-name.ts';
import {
  type DiagnosticsReport,
  type LocatedPlace,
  placeName,
  type ReportEntry,
} from './report.ts';

/** One JSON document, of the schema natc.diagnostics/v1. */
export function formatJson(report: DiagnosticsReport): string {
  const document = {
    schema: 'natc.diagnostics/v1',
    diagnostics: report.entries.map(jsonEntry),
    summary: {
      errors: report.counts.error,
      warnings: report.counts.warning,
      notes: report.counts.note,
      ignored: report.ignored,
      leftOut: report.leftOut,
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const jsonEntry = ({ diagnostic, places }: ReportEntry) => ({
  code: diagnostic.code,
  severity: diagnostic.severity,
  message: diagnostic.message,
  hint: diagnostic.hint,
  places: places.map(jsonPlace),
});

function jsonPlace({ place, location }: LocatedPlace) {
  const position =
    location === undefined
      ? {}
      : {
          line: location.line,
          column: location.column,
          endLine: location.endLine,
          endColumn: location.endColumn,
        };
  switch (place.kind) {
    case 'field':
      return {
        file: placeName(place),
        ...position,
        object: objectName(place.object),
        path: formatPath(place.path),
        note: place.note,
      };
    case 'span':
      return { file: placeName(place), ...position, note: place.note };
    case 'file':
      return { file: placeName(place) };
    case 'option':
      return { option: place.option, value: place.value };
  }
}

import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts';
import { formatGithub } from '../diagnostics/format-github.ts';
import { formatJson } from '../diagnostics/format-json.ts';
import { formatSarif } from '../diagnostics/format-sarif.ts';
import { formatText } from '../diagnostics/format-text.ts';
import { plainPalette } from '../diagnostics/palette.ts';
import { makeReport } from '../diagnostics/report.ts';
import { locate } from '../read/locate.ts';

export type DiagnosticsForm = 'text' | 'json' | 'github' | 'sarif';

export interface DiagnosticsFormatOptions {
  /** The least severe kind that is told; `warning` unless given. */
  readonly least?: Severity;
  /** At most so many are told, and the rest counted; all unless given. */
  readonly limit?: number;
  /** Of the text's frames, in columns; 80 unless given. */
  readonly width?: number;
  /** What SARIF calls the version of the tool; `0.0.0` unless given. */
  readonly toolVersion?: string;
}

/**
 * Diagnostics as `--diagnostics` prints them, sorted by place, without colours. The JSON is of the schema
 * natc.diagnostics/v1.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  form: DiagnosticsForm = 'text',
  options: DiagnosticsFormatOptions = {},
): string {
  const { least = 'warning', limit = Number.POSITIVE_INFINITY, width = 80 } = options;
  const report = makeReport(diagnostics, { locate, least, limit, joinsAlike: form === 'text' });
  switch (form) {
    case 'text':
      return formatText(report, { palette: plainPalette, width });
    case 'json':
      return formatJson(report);
    case 'github':
      return formatGithub(report);
    case 'sarif':
      return formatSarif(report, options.toolVersion ?? '0.0.0');
  }
}

import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Palette, plainPalette } from '../../diagnostics/palette.ts';
import type { DiagnosticsReport, Locate } from '../../diagnostics/report.ts';
import type { InputSize } from '../../diagnostics/summary.ts';
import type { Channel, Terminal } from '../terminal.ts';
import { wantsColor } from './color.ts';
import { type DiagnosticsFormat, type MessageFlags, messageDefaults } from './message-flags.ts';
import { guardedPalette, workflowCommands } from './safe-terminal.ts';

const defaultWidth = 80;
const maxWidth = 100;

/**
 * Prints diagnostics in the format that the flags ask for, at most once per command: machine formats
 * are one document. Nothing to say prints nothing, in text.
 *
 * What is ignored is left out, and counted where there is a summary.
 *
 * Where there is a log, they go there, one by one.
 *
 * @param given in text, and with `--quiet`, only those that `flags.news` finds new are printed
 * @param input adds the summary line; undefined where diagnostics are not about input
 * @param channel stderr, unless the diagnostics are the data that the command was asked for
 */
export async function printDiagnostics(
  given: readonly Diagnostic[],
  flags: MessageFlags,
  terminal: Terminal,
  input?: InputSize,
  channel: Channel = terminal.stderr,
): Promise<void> {
  const format = diagnosticsFormat(flags, terminal);
  const heard = flags.ignoring?.silence(given) ?? given;
  flags.late?.hear(heard);
  const ignored =
    input === undefined || flags.quiet === true ? [] : (flags.ignoring?.ignored() ?? []);
  const news = flags.news?.hear(heard) ?? heard;
  if (flags.tell !== undefined) return flags.tell(news);
  // A program that reads all of it compares for itself.
  const diagnostics = format === 'text' || flags.quiet === true ? news : heard;
  const isSilent = diagnostics.length + ignored.length === 0;
  if (isSilent && (format === 'text' || format === 'github')) return;
  const tellsIgnored = format === 'sarif';
  const { makeReport } = await import('../../diagnostics/report.ts');
  const report = makeReport(diagnostics, {
    locate: await loadLocate([
      ...diagnostics,
      ...(tellsIgnored ? ignored.map(({ diagnostic }) => diagnostic) : []),
    ]),
    least: leastSeverity(flags),
    always: answersDependOn,
    limit: flags.maxDiagnostics ?? messageDefaults.maxDiagnostics,
    joinsAlike: format === 'text',
    ignored,
    tellsIgnored,
  });
  await channel.write(await formatReport(report, format, flags, channel, terminal, input));
}

export const diagnosticsFormat = (
  flags: MessageFlags,
  { environment, stderr }: Terminal,
): DiagnosticsFormat =>
  flags.diagnostics ??
  (environment['GITHUB_ACTIONS'] === 'true' && !stderr.isTerminal
    ? 'github'
    : messageDefaults.diagnostics);

export function paletteFor(flags: MessageFlags, channel: Channel, terminal: Terminal): Palette {
  const mode = flags.color === false ? 'never' : (flags.color ?? messageDefaults.color);
  return wantsColor(mode, channel.isTerminal, terminal.environment) ? guardedPalette : plainPalette;
}

async function formatReport(
  report: DiagnosticsReport,
  format: DiagnosticsFormat,
  flags: MessageFlags,
  channel: Channel,
  terminal: Terminal,
  input: InputSize | undefined,
): Promise<string> {
  switch (format) {
    case 'text': {
      if (report.entries.length === 0 && report.ignored === 0) return '';
      const { formatText } = await import('../../diagnostics/format-text.ts');
      const { formatSummary } = await import('../../diagnostics/summary.ts');
      const palette = paletteFor(flags, channel, terminal);
      const width = Math.min(channel.columns ?? defaultWidth, maxWidth);
      const text = formatText(report, { palette, width });
      if (input === undefined) return text;
      return `${text}${text === '' ? '' : '\n'}${formatSummary(report, input)}\n`;
    }
    case 'json':
      return (await import('../../diagnostics/format-json.ts')).formatJson(report);
    case 'github':
      return workflowCommands(
        (await import('../../diagnostics/format-github.ts')).formatGithub(report),
      );
    case 'sarif': {
      const { formatSarif } = await import('../../diagnostics/format-sarif.ts');
      const { version } = await import('../version.ts');
      return formatSarif(report, version());
    }
  }
}

/** Finding positions needs the YAML parser, which takes long to load: only where there is text. */
async function loadLocate(diagnostics: readonly Diagnostic[]): Promise<Locate> {
  const hasText = diagnostics.some(({ places }) =>
    places.some(({ kind }) => kind === 'field' || kind === 'span'),
  );
  return hasText ? (await import('../../read/locate.ts')).locate : () => undefined;
}

/**
 * Warnings that --quiet does not take away, since an answer without them is taken for more than it is: pods that get no
 * connections, and pods that nobody looked at.
 */
const answersDependOn: ReadonlySet<DiagnosticCode> = new Set(['NATC3047', 'NATC3049']);

function leastSeverity(flags: MessageFlags) {
  if (flags.quiet === true) return flags.news === undefined ? 'error' : 'warning';
  return flags.verbose === true ? 'note' : 'warning';
}

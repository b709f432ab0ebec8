import { isNothing, markInvented } from '../../allocate/invented.ts';
import { exposureOf } from '../../reach/exposure.ts';
import { exposureTable, formatExposureJson, formatExposureMarkdown } from '../../reach/format.ts';
import { surveyOf } from '../../reach/survey.ts';
import { exitWithoutOutput } from '../cluster-input.ts';
import type { ReachFlags } from '../commands/reach.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { isHostRefusal } from '../kube-proxy/host-refusal.ts';
import { gapLines } from '../list/gap-lines.ts';
import { printDiagnostics } from '../messages.ts';
import { formatTallTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { reportNoInput } from '../with-compiled.ts';
import { type LoadedSurveySubject, loadSurveySubject, subjectProblem } from './subject.ts';

/**
 * `natc reach`: 0 the whole list, 1 a list that does not say everything, since Services were not compiled in
 * full or a rule is not understood, 2 no answer, 3 the kernel or the cluster cannot be asked.
 */
export async function runReach(flags: ReachFlags, terminal: Terminal): Promise<ExitCode> {
  const problem = subjectProblem(flags);
  if (problem !== undefined) {
    await terminal.stderr.write(`natc: ${problem}\nSee 'natc reach --help'.\n`);
    return exitCodes.cannotAnswer;
  }
  const loaded = await loadSurveySubject(flags, terminal);
  if (loaded === undefined) return reportNoInput(terminal);
  const { subject, diagnostics, uncompiled } = loaded;
  await printDiagnostics(diagnostics, flags, terminal);
  if (subject === undefined)
    return flags.live === true || isHostRefusal(diagnostics)
      ? exitCodes.hostRefused
      : exitWithoutOutput(diagnostics);
  const text = await format(loaded, subject, flags, terminal);
  const notAnswered = loaded.notAnswered?.() ?? [];
  await printDiagnostics(notAnswered, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  return uncompiled.length + notAnswered.length === 0 ? exitCodes.success : exitCodes.no;
}

async function format(
  { uncompiled, invented }: LoadedSurveySubject,
  subject: NonNullable<LoadedSurveySubject['subject']>,
  { from, clusterIps, output, outFile }: ReachFlags,
  { stdout }: Terminal,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  const sources = new Set(from.kind === 'network' ? [from.network] : []);
  const surveys = surveyOf(subject, { sources, destinations: new Set() });
  // Nobody outside is meant to have a route to a cluster IP.
  const exposure = exposureOf(surveys, from, from.kind !== 'outside' || clusterIps === true);
  if (output === 'json')
    return formatExposureJson(exposure, from, { locate, invented, uncompiled });
  const table = exposureTable(exposure, from, locate);
  const marked = isNothing(invented)
    ? table
    : {
        ...table,
        rows: table.rows.map((row) => row.map((cell) => markInvented(cell, invented))),
      };
  const gaps = gapLines(uncompiled);
  if (output === 'markdown')
    return `${formatExposureMarkdown(marked)}${gaps === '' ? '' : `\n${gaps}`}`;
  const { heading, rows, remarks } = marked;
  const cells = rows.map((row) => row.map((cell) => [cell]));
  const width = stdout.isTerminal && outFile === undefined ? stdout.columns : undefined;
  const body = rows.length === 0 ? '' : `${formatTallTable({ heading, rows: cells, width })}\n`;
  return `${body}${remarks.map((remark) => `${remark}.\n`).join('')}${gaps}`;
}

import { type Assertion, needsBefore } from '../../assert/assertion.ts';
import type { AssertionVerdict } from '../../assert/breach.ts';
import { breachFindings, remarkFindings } from '../../assert/findings.ts';
import { judgeAssertions } from '../../assert/judge.ts';
import type { Backend } from '../../backends/backend.ts';
import type { CompileOutput } from '../../compile.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { compiledSubject } from '../../reach/compiled.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import { readAssertionFiles } from './read-file.ts';

/**
 * Judges what apply is about to lead the kernel to, before anything is written.
 *
 * @param paths files of assertions; those that compare with what was before are about what the kernel holds
 * @returns the exit status where it must not be applied; what is wrong has then been printed
 */
export async function refusedByAssertions(
  host: Host,
  output: CompileOutput,
  backend: Backend,
  { paths, flags }: { readonly paths: readonly string[]; readonly flags: ApplyFlags },
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const { assertions, diagnostics } = await readAssertionFiles(paths);
  await printDiagnostics(diagnostics, flags, terminal);
  if (assertions === undefined) return exitCodes.cannotAnswer;
  const compares = assertions.filter((assertion) => needsBefore([assertion]));
  const [first] = compares;
  const held = first === undefined ? undefined : await backend.observe(host);
  if (held?.kind === 'unknown') {
    await printDiagnostics(held.diagnostics, flags, terminal);
    return exitCodes.hostRefused;
  }
  const before = held?.kind === 'held' ? held.subject : undefined;
  const isJudged = (assertion: Assertion): boolean =>
    before !== undefined || !compares.includes(assertion);
  const verdicts = judgeAssertions(
    assertions.filter(isJudged),
    compiledSubject(output, await backend.answers()),
    before,
  );
  const [unknown] = held?.kind === 'held' ? held.notUnderstood() : [];
  if (first !== undefined && unknown !== undefined) {
    await printDiagnostics([cannotCompare(first, unknown)], flags, terminal);
    return exitCodes.guardRefused;
  }
  const vain = assertions.filter((assertion) => !isJudged(assertion)).map(nothingBefore);
  const broken = breachFindings(verdicts);
  const findings = [...refusal(verdicts), ...broken, ...remarkFindings(verdicts), ...vain];
  await printDiagnostics(findings, flags, terminal);
  return broken.length === 0 ? undefined : exitCodes.guardRefused;
}

/** Said first: it is what the last attempt ended with, for natc status. */
function refusal(verdicts: readonly AssertionVerdict[]): readonly Diagnostic[] {
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0);
  const [first] = broken;
  if (first === undefined) return [];
  const rest = broken.length - 1;
  const more = rest === 0 ? '' : `, and ${rest} more`;
  return [
    {
      code: 'NATC6120',
      severity: 'error',
      message: `refused, nothing was changed: the new rules break "${first.assertion.name}"${more}`,
      places: [first.assertion.place],
      hint: 'natc assert judges the same without applying',
    },
  ];
}

const cannotCompare = ({ name, place }: Assertion, rule: string): Diagnostic => ({
  code: 'NATC6120',
  severity: 'error',
  message: `refused, nothing was changed: "${name}" compares with what the kernel holds, and packets meet a rule that natc does not know`,
  places: [place],
  hint: `look who put it among natc's, and remove it: ${rule}`,
});

const nothingBefore = ({ name, place }: Assertion): Diagnostic => ({
  code: 'NATC6104',
  severity: 'warning',
  message: `"${name}" is not judged: it compares with what the kernel holds, and that is nothing of natc`,
  places: [place],
  hint: 'the next apply has something to compare with',
});

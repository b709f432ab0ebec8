import { needsBefore } from '../../assert/assertion.ts';
import { remarkFindings } from '../../assert/findings.ts';
import { judgeAssertions } from '../../assert/judge.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { saidOfSides } from '../input/excluded-in-vain.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { isHostRefusal } from '../kube-proxy/host-refusal.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { nodesProblem } from '../reach/node-subjects.ts';
import { closeSubjects, openSubject, subjectProblem } from '../reach/subject.ts';
import type { LoadedSurveySubject } from '../reach/survey-subject.ts';
import type { Terminal } from '../terminal.ts';
import { flagsBefore } from './before.ts';
import { formatVerdictsOf } from './format-verdicts.ts';
import type { AssertFlags } from './options.ts';
import { readAssertionFiles } from './read-file.ts';

/**
 * `natc assert`: 0 all hold, 1 one is broken, a Service could not be compiled in full or a rule is not understood, 2 no answer, 3 the kernel
 * or the cluster cannot be asked.
 */
export async function runAssert(flags: AssertFlags, terminal: Terminal): Promise<ExitCode> {
  const isOfNodes = flags.allNodes === true || flags.nodes !== undefined;
  const problem = isOfNodes ? nodesProblem(flags, terminal) : await subjectProblem(flags);
  if (problem !== undefined) return cannotAnswer('assert', problem, terminal);
  if (flags.rules === undefined)
    return cannotAnswer('assert', 'name what is to hold: -r rules.yaml', terminal);
  const rules = await readAssertionFiles(flags.rules);
  if (rules.assertions === undefined) {
    await printDiagnostics(rules.diagnostics, flags, terminal);
    return exitCodes.cannotAnswer;
  }
  const { assertions } = rules;
  if (needsBefore(assertions) && flags.before === undefined)
    return cannotAnswer(
      'assert',
      'an assertion compares with what was before: name that with --before',
      terminal,
    );
  const beforeFlags = flags.before === undefined ? undefined : flagsBefore(flags.before, flags);
  if (flags.before !== undefined && beforeFlags === undefined)
    return cannotAnswer(
      'assert',
      '--before takes manifests, a ruleset that natc compile wrote, live or cluster',
      terminal,
    );
  if (isOfNodes)
    return (await import('./run-nodes.ts')).runAssertNodes(
      { flags, before: beforeFlags, rules: { ...rules, assertions } },
      terminal,
    );
  const opened = await openSubject(flags, terminal);
  if (opened === undefined) return reportNoInput(terminal);
  const before =
    beforeFlags && (await openSubject(beforeFlags, terminal, flags.fromCluster !== true));
  const sides = await closeSubjects(before === undefined ? [opened] : [before, opened], flags);
  const [loaded, old] = sides.toReversed();
  if (loaded === undefined) throw new Error('one side at least');
  const isRead = (side: LoadedSurveySubject): boolean =>
    (side === old ? before : opened)?.kind === 'manifests';
  const diagnostics = [
    ...rules.diagnostics,
    ...saidOfSides(old === undefined ? [loaded] : [loaded, old], isRead),
  ];
  const { subject, uncompiled } = loaded;
  if (subject === undefined || (old !== undefined && old.subject === undefined)) {
    await printDiagnostics(diagnostics, flags, terminal);
    const isKernel =
      (subject === undefined && flags.live === true) ||
      (old !== undefined && old.subject === undefined && flags.before === 'live');
    return isKernel || isHostRefusal(diagnostics)
      ? exitCodes.hostRefused
      : exitWithoutOutput(diagnostics);
  }
  const verdicts = judgeAssertions(assertions, subject, old?.subject);
  const notAnswered = [loaded, old].flatMap((side) => side?.notAnswered?.() ?? []);
  await printDiagnostics(
    [...diagnostics, ...remarkFindings(verdicts), ...notAnswered],
    flags,
    terminal,
  );
  const text = await formatVerdictsOf(verdicts, uncompiled, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  const isHeld = verdicts.every(({ breaches }) => breaches.length === 0);
  const isCovered = uncompiled.length + (old?.uncompiled ?? []).length + notAnswered.length === 0;
  return isHeld && isCovered ? exitCodes.success : exitCodes.no;
}

import { type Assertion, needsBefore } from '../../assert/assertion.ts';
import { remarkFindings } from '../../assert/findings.ts';
import { joinVerdicts, type NodeVerdicts } from '../../assert/join-nodes.ts';
import { judgeAssertions } from '../../assert/judge.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { nodeList } from '../../diff/nodes/wording.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { saidOfSides } from '../input/excluded-in-vain.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { closeNodeSubjects, type NodeSubjects } from '../reach/node-subjects.ts';
import type { SubjectFlags } from '../reach/options.ts';
import { listingOfOne, noNodes } from '../reach/run-nodes.ts';
import { openSubject } from '../reach/subject.ts';
import type { Terminal } from '../terminal.ts';
import { formatVerdictsOf } from './format-verdicts.ts';
import type { AssertFlags } from './options.ts';
import type { LoadedAssertions } from './read-file.ts';

export interface NodesQuestion {
  readonly flags: AssertFlags;
  /** Of the side that assertions compare with; undefined: none does. */
  readonly before: SubjectFlags | undefined;
  readonly rules: LoadedAssertions & { readonly assertions: readonly Assertion[] };
}

/**
 * `natc assert --all-nodes`: with the exit statuses of natc assert. What compares is judged on the nodes that both
 * sides have; where there are others it is not covered, which is a 1.
 */
export async function runAssertNodes(
  { flags, before, rules }: NodesQuestion,
  terminal: Terminal,
): Promise<ExitCode> {
  const opened = await openSubject(flags, terminal);
  if (opened === undefined) return reportNoInput(terminal);
  const base = before && (await openSubject(before, terminal, flags.fromCluster !== true));
  if (base?.kind === 'loaded')
    return cannotAnswer(
      'assert',
      `--all-nodes compares manifests, and "${flags.before}" is one node's`,
      terminal,
    );
  if (opened.kind === 'loaded') return cannotAnswer('assert', listingOfOne, terminal);
  const sides = await closeNodeSubjects(base === undefined ? [opened] : [base, opened], flags);
  const [side, old] = sides.toReversed();
  if (side === undefined) throw new Error('one side at least');
  const { assertions } = rules;
  const verdicts = joinVerdicts(judged(side, old, assertions), assertions);
  const found = saidOfSides(
    (old === undefined ? [side] : [side, old]).map((each) => ({
      diagnostics: each.diagnostics(),
    })),
    () => true,
  );
  const compares = assertions.filter((each) => needsBefore([each]));
  const left = old === undefined ? [] : side.names.filter((name) => !old.names.includes(name));
  const notJudged = left.length === 0 ? [] : compares.map((each) => notJudgedOn(each, left));
  const diagnostics = [...rules.diagnostics, ...found, ...remarkFindings(verdicts), ...notJudged];
  await printDiagnostics(diagnostics, flags, terminal);
  if (hasErrors(diagnostics)) return exitWithoutOutput(diagnostics);
  if (side.names.length === 0) return cannotAnswer('assert', noNodes, terminal);
  const text = await formatVerdictsOf(verdicts, side.uncompiled, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  const isHeld = verdicts.every(({ breaches }) => breaches.length === 0);
  const gaps = side.uncompiled.length + (old?.uncompiled ?? []).length + notJudged.length;
  return isHeld && gaps === 0 ? exitCodes.success : exitCodes.no;
}

function* judged(
  side: NodeSubjects,
  old: NodeSubjects | undefined,
  assertions: readonly Assertion[],
): Iterable<NodeVerdicts> {
  const alone = assertions.filter((each) => !needsBefore([each]));
  for (const node of side.names) {
    const subject = side.subjectOf(node);
    const before = old?.names.includes(node) === true ? old.subjectOf(node) : undefined;
    if (subject === undefined) continue;
    const isWhole = old === undefined || before !== undefined;
    yield { node, verdicts: judgeAssertions(isWhole ? assertions : alone, subject, before) };
  }
}

const notJudgedOn = ({ name, place }: Assertion, nodes: readonly string[]): Diagnostic => ({
  code: 'NATC6104',
  severity: 'warning',
  message: `"${name}" is not judged on ${nodeList(nodes)}: it compares with the side before, which has no such node`,
  places: [place],
  hint: 'give both sides the same nodes with --nodes',
});

import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { exposureOf } from '../../reach/exposure.ts';
import { joinNodes, type NodeExposure } from '../../reach/node-exposure.ts';
import { surveyOf } from '../../reach/survey.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import { askedOf, formatExposure } from './format-exposure.ts';
import { closeNodeSubjects, type NodeSubjects, nodesProblem } from './node-subjects.ts';
import type { ReachFlags } from './options.ts';
import { openSubject } from './subject.ts';

export const noNodes =
  '--all-nodes: the input holds no Node object; name a file of them with --nodes';
export const listingOfOne = "--all-nodes asks manifests, and a listing is one node's";

/** `natc reach --all-nodes`: with the exit statuses of natc reach. */
export async function runReachNodes(flags: ReachFlags, terminal: Terminal): Promise<ExitCode> {
  const problem = nodesProblem(flags, terminal);
  if (problem !== undefined) return cannotAnswer('reach', problem, terminal);
  const opened = await openSubject(flags, terminal);
  if (opened === undefined) return reportNoInput(terminal);
  if (opened.kind === 'loaded') return cannotAnswer('reach', listingOfOne, terminal);
  const [side] = await closeNodeSubjects([opened], flags);
  if (side === undefined) throw new Error('one side');
  const { from, clusterIps } = flags;
  const exposure = joinNodes(
    exposures(side, flags),
    from.kind !== 'outside' || clusterIps === true,
  );
  const diagnostics = side.diagnostics();
  await printDiagnostics(diagnostics, flags, terminal);
  if (hasErrors(diagnostics)) return exitWithoutOutput(diagnostics);
  if (side.names.length === 0) return cannotAnswer('reach', noNodes, terminal);
  const text = await formatExposure(side, exposure, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  return side.uncompiled.length === 0 ? exitCodes.success : exitCodes.no;
}

function* exposures(side: NodeSubjects, { from }: ReachFlags): Iterable<NodeExposure> {
  for (const node of side.names) {
    const subject = side.subjectOf(node);
    if (subject === undefined) continue;
    yield { node, rows: exposureOf(surveyOf(subject, askedOf(from)), from, true).rows };
  }
}

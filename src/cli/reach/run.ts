import { exposureOf } from '../../reach/exposure.ts';
import { surveyOf } from '../../reach/survey.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { isHostRefusal } from '../kube-proxy/host-refusal.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import { askedOf, formatExposure } from './format-exposure.ts';
import type { ReachFlags } from './options.ts';
import { loadSurveySubject, subjectProblem } from './subject.ts';

/**
 * `natc reach`: 0 the whole list, 1 a list that does not say everything, since Services were not compiled in
 * full or a rule is not understood, 2 no answer, 3 the kernel or the cluster cannot be asked.
 */
export async function runReach(flags: ReachFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.allNodes === true || flags.nodes !== undefined)
    return (await import('./run-nodes.ts')).runReachNodes(flags, terminal);
  const problem = await subjectProblem(flags);
  if (problem !== undefined) return cannotAnswer('reach', problem, terminal);
  const loaded = await loadSurveySubject(flags, terminal);
  if (loaded === undefined) return reportNoInput(terminal);
  const { subject, diagnostics, uncompiled } = loaded;
  await printDiagnostics(diagnostics, flags, terminal);
  if (subject === undefined)
    return flags.live === true || isHostRefusal(diagnostics)
      ? exitCodes.hostRefused
      : exitWithoutOutput(diagnostics);
  const { from, clusterIps } = flags;
  const surveys = surveyOf(subject, askedOf(from));
  // Nobody outside is meant to have a route to a cluster IP.
  const exposure = exposureOf(surveys, from, from.kind !== 'outside' || clusterIps === true);
  const text = await formatExposure(loaded, exposure, flags, terminal);
  const notAnswered = loaded.notAnswered?.() ?? [];
  await printDiagnostics(notAnswered, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  return uncompiled.length + notAnswered.length === 0 ? exitCodes.success : exitCodes.no;
}

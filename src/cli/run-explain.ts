import { cut, printable } from '../diagnostics/printable.ts';
import { chooseFrontend, readServiceReference } from '../explain/choose-frontend.ts';
import { explain, type Inquiry } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { familyOf, type Question, readQuestion } from '../explain/question.ts';
import type { Subject } from '../explain/scene.ts';
import { lackingWords, type Uncompiled } from '../plan/uncompiled.ts';
import { exitWithoutOutput } from './cluster-input.ts';
import type { ExplainFlags } from './commands/explain.ts';
import { inputPaths } from './compile-input.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import {
  type LoadedSubject,
  subjectFromKernel,
  subjectFromManifests,
  subjectFromRuleset,
} from './explain-subject.ts';
import { paletteFor, printDiagnostics } from './messages.ts';
import type { Terminal } from './terminal.ts';
import { reportNoInput } from './with-compiled.ts';

/** `natc explain FROM [TO]`: 0 delivered or passed on, 1 dropped or refused, 2 no answer. */
export async function runExplain(
  from: string,
  to: string | undefined,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const question = readQuestion(from, to);
  if ('problem' in question) return cannotAnswer(question.problem, terminal);
  if (to === undefined && flags.service === undefined) {
    return cannotAnswer('name a destination, ADDRESS:PORT, or a Service with --service', terminal);
  }
  const loaded = await loadSubject(question, flags, terminal);
  if (loaded === undefined) return reportNoInput(terminal);
  const { subject, diagnostics, uncompiled = [] } = loaded;
  await printDiagnostics(diagnostics, flags, terminal);
  if (subject === undefined) {
    const isHostRefusal = diagnostics.some(
      ({ code }) => code === 'NATC5001' || code === 'NATC5002',
    );
    return isHostRefusal ? exitCodes.hostRefused : exitWithoutOutput(diagnostics);
  }
  const inquiry = complete(question, flags, subject);
  if ('problem' in inquiry) return cannotAnswer(inquiry.problem, terminal);
  if (flags.backend === 'iptables' && subject.compiled === undefined)
    return cannotAnswer('--backend iptables needs manifests: -f', terminal);
  const explanation = withGaps(await answer(subject, inquiry, flags), uncompiled);
  await terminal.stdout.write(await format(explanation, flags, terminal));
  const isGood = explanation.verdict === 'delivered' || explanation.verdict === 'passed';
  return isGood && uncompiled.length === 0 ? exitCodes.success : exitCodes.no;
}

/** Any packet may be one for a Service that the ruleset does not have, or not as a cluster would. */
const withGaps = (explanation: Explanation, uncompiled: readonly Uncompiled[]): Explanation => ({
  ...explanation,
  assumptions: [
    ...explanation.assumptions,
    ...uncompiled.map(
      ({ service, lacks }) =>
        `Service ${service} ${lackingWords[lacks]}, so whether the packet would be for it is not known`,
    ),
  ],
});

async function answer(
  subject: Subject,
  inquiry: Inquiry,
  { backend }: ExplainFlags,
): Promise<Explanation> {
  if (backend === 'nftables' || subject.compiled === undefined) return explain(subject, inquiry);
  const { buildIptables } = await import('../iptables/layout/build.ts');
  const { explainIptables } = await import('../explain/explain-iptables.ts');
  const rulesets = subject.compiled.plan.families.map((family) => buildIptables(family));
  return explainIptables(subject, rulesets, inquiry);
}

async function cannotAnswer(problem: string, terminal: Terminal): Promise<ExitCode> {
  await terminal.stderr.write(
    `natc: ${cut(printable(problem), 1000)}\nSee 'natc explain --help'.\n`,
  );
  return exitCodes.cannotAnswer;
}

async function loadSubject(
  { source }: Question,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<LoadedSubject | undefined> {
  if (flags.live === true) return subjectFromKernel(familyOf(source), terminal);
  if (flags.ruleset !== undefined) return subjectFromRuleset(flags.ruleset, flags);
  const paths = inputPaths(flags, terminal);
  return paths && subjectFromManifests(flags, paths, terminal);
}

/** Fills in what --service stands for. */
function complete(
  question: Question,
  flags: ExplainFlags,
  subject: Subject,
): Inquiry | { readonly problem: string } {
  const { source, sourcePort, destination, destinationPort, protocol } = question;
  const base = { source, sourcePort, inInterface: flags.inInterface };
  if (destination !== undefined && destinationPort !== undefined) {
    return { ...base, destination, destinationPort, protocol: protocol ?? 'tcp' };
  }
  if (flags.service === undefined) {
    return { problem: `"${destination}" needs a port: ADDRESS:PORT, or a Service with --service` };
  }
  const reference = readServiceReference(flags.service);
  if (reference === undefined) {
    return {
      problem: `"${flags.service}" is no Service: expected NAMESPACE/NAME or NAMESPACE/NAME:PORT`,
    };
  }
  const chosen = chooseFrontend(subject, familyOf(source), reference, destination);
  return 'problem' in chosen ? chosen : { ...base, ...chosen };
}

async function format(
  explanation: Explanation,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<string> {
  const { locate } = await import('../read/locate.ts');
  if (flags.output === 'json') {
    const { formatExplanationJson } = await import('../explain/format-json.ts');
    return formatExplanationJson(explanation, locate);
  }
  const { formatExplanation } = await import('../explain/format-text.ts');
  const palette = paletteFor(flags, terminal.stdout, terminal);
  return formatExplanation(explanation, { locate, palette, isTrace: flags.trace === true });
}

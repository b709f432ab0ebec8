import { existsSync } from 'node:fs';
import { type Invented, markInvented, nothingInvented } from '../../allocate/invented.ts';
import type { Backend } from '../../backends/backend.ts';
import { loadBackend } from '../../backends/table.ts';
import { cut, printable } from '../../diagnostics/printable.ts';
import { chooseFrontend } from '../../explain/choose-frontend.ts';
import type { Subject } from '../../explain/context.ts';
import type { Explanation } from '../../explain/explanation.ts';
import { nftFamilyOf, type OpenQuestion, readQuestion } from '../../explain/open-question.ts';
import type { Question } from '../../explain/question.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import type { NotUnderstood } from '../../packet/not-understood.ts';
import { lackingWords, type Uncompiled } from '../../plan/uncompiled.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { inputPaths } from '../input/compile-input.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { isHostRefusal } from '../kube-proxy/host-refusal.ts';
import { listingAmong, subjectFromListing } from '../kube-proxy/listing-subject.ts';
import { paletteFor, printDiagnostics } from '../messages/messages.ts';
import { type Selection, selectionOf } from '../selection/selection.ts';
import type { Terminal } from '../terminal.ts';
import { findService, isServiceWord } from './find-service.ts';
import type { ExplainFlags } from './options.ts';
import {
  type LoadedSubject,
  subjectFromKernel,
  subjectFromManifests,
  subjectFromRuleset,
} from './subject.ts';

/** `natc explain FROM [TO]`: 0 delivered or passed on, 1 dropped or refused, 2 no answer. */
export async function runExplain(
  from: string,
  to: string | undefined,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const asked = readAsked(from, to, flags);
  if ('problem' in asked) return cannotExplain(asked.problem, terminal);
  const loaded = await loadSubject(asked.question, flags, terminal);
  if (loaded === undefined) return reportNoInput(terminal);
  const { subject, diagnostics, uncompiled = [], invented = nothingInvented } = loaded;
  await printDiagnostics(diagnostics, flags, terminal);
  if (subject === undefined)
    return isHostRefusal(diagnostics) ? exitCodes.hostRefused : exitWithoutOutput(diagnostics);
  const question = complete(asked, flags, subject);
  if ('problem' in question) return cannotExplain(question.problem, terminal);
  const backend = await loadBackend(flags.backend);
  if (!backend.isReadBack && subject.compiled === undefined)
    return cannotExplain(`--backend ${backend.name} needs manifests: -f`, terminal);
  const answered = await answer(subject, question, backend);
  if ('met' in answered) {
    const { notAnswered } = await import('../kube-proxy/not-answered.ts');
    await printDiagnostics(notAnswered(answered.met, subject), flags, terminal);
    return exitCodes.cannotAnswer;
  }
  const explanation = withGaps(answered, uncompiled);
  await terminal.stdout.write(await format(explanation, invented, flags, terminal));
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

const answer = (
  subject: Subject,
  question: Question,
  backend: Backend,
): Promise<Explanation | { readonly met: NotUnderstood }> =>
  subject.listing === undefined
    ? backend.explain(subject, question)
    : answerOfListing(subject, subject.listing, question);

/** A packet that meets a rule which is not understood has no answer. */
async function answerOfListing(
  subject: Subject,
  listing: KubeProxyListing,
  question: Question,
): Promise<Explanation | { readonly met: NotUnderstood }> {
  const { explainListed } = await import('../../explain/kube-proxy/explain-listed.ts');
  const { NotUnderstoodError } = await import('../../packet/not-understood.ts');
  try {
    return explainListed(subject, listing, question);
  } catch (error) {
    if (error instanceof NotUnderstoodError) return { met: error.met };
    throw error;
  }
}

const cannotExplain = (problem: string, terminal: Terminal): Promise<ExitCode> =>
  cannotAnswer('explain', cut(problem.split('\n').map(printable).join('\n'), 1000), terminal);

async function loadSubject(
  { source }: OpenQuestion,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<LoadedSubject | undefined> {
  if (flags.live === true) return subjectFromKernel(nftFamilyOf(source), terminal);
  const named = flags.ruleset === undefined ? inputPaths(flags, terminal) : [flags.ruleset];
  const among = await listingAmong(named ?? []);
  if (among !== undefined) return subjectFromListing(among, flags, terminal);
  if (flags.ruleset !== undefined) return subjectFromRuleset(flags.ruleset, flags);
  return named && subjectFromManifests(flags, named, terminal);
}

/** What is asked, and the Service that is named instead of a destination, or beside its address. */
interface Asked {
  readonly question: OpenQuestion;
  readonly service: string | undefined;
  readonly selection: Selection | undefined;
}

/** Where a destination would be, a Service may be too. */
function readAsked(
  from: string,
  to: string | undefined,
  flags: ExplainFlags,
): Asked | { readonly problem: string } {
  const selection = selectionOf(flags);
  const question = readQuestion(from, to);
  if (!('problem' in question)) {
    const { service } = flags;
    const isWhole = question.destinationPort !== undefined;
    if (isWhole && selection !== undefined)
      return { problem: `-n and -l choose a Service, and the destination is ${to}` };
    const isOpen = to === undefined && service === undefined && selection?.selector === undefined;
    return isOpen
      ? { problem: 'name a destination, ADDRESS:PORT, or a Service, NAMESPACE/NAME' }
      : { question, service, selection };
  }
  const withoutTo = readQuestion(from, undefined);
  if ('problem' in withoutTo)
    return { problem: `${withoutTo.problem}${insteadOfSource(from, to)}` };
  if (to !== undefined && existsSync(to))
    return { problem: `"${to}" stands where the destination does: natc explain ${from} TO ${to}` };
  if (to === undefined || flags.service !== undefined || !isServiceWord(to)) return question;
  return { question: withoutTo, service: to, selection };
}

/** Of one word that is no source, what it may have been meant to be. */
function insteadOfSource(from: string, to: string | undefined): string {
  if (/^(?:natc)?\d{4}$/i.test(from)) return `\nFor a diagnostic: natc explain-code ${from}`;
  if (to !== undefined || !isServiceWord(from)) return '';
  return `\nTo a Service: natc explain FROM ${from}, where FROM is the address of a client`;
}

/** Fills in what a Service stands for. */
function complete(
  { question, service, selection }: Asked,
  flags: ExplainFlags,
  subject: Subject,
): Question | { readonly problem: string } {
  const { source, sourcePort, destination, destinationPort, protocol } = question;
  const base = { source, sourcePort, inInterface: flags.inInterface };
  if (destination !== undefined && destinationPort !== undefined) {
    return { ...base, destination, destinationPort, protocol: protocol ?? 'tcp' };
  }
  if (service === undefined && selection?.selector === undefined) {
    return { problem: `"${destination}" needs a port: ADDRESS:PORT, or a Service with --service` };
  }
  const everything = { namespaces: [], selector: undefined, names: [] };
  const reference = findService(subject, nftFamilyOf(source), service, selection ?? everything);
  if ('problem' in reference) return reference;
  const chosen = chooseFrontend(subject, nftFamilyOf(source), reference, destination);
  return 'problem' in chosen ? chosen : { ...base, ...chosen };
}

async function format(
  explanation: Explanation,
  invented: Invented,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<string> {
  const { locate } = await import('../../read/locate.ts');
  if (flags.output === 'json') {
    const { formatExplanationJson } = await import('../../explain/format-json.ts');
    return formatExplanationJson(explanation, locate, invented);
  }
  const { formatExplanation } = await import('../../explain/format-text.ts');
  const palette = paletteFor(flags, terminal.stdout, terminal);
  const text = formatExplanation(explanation, { locate, palette, isTrace: flags.trace === true });
  return markInvented(text, invented);
}

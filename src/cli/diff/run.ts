import { loadBackend } from '../../backends/table.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { cut, printable } from '../../diagnostics/printable.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import { saidOfSides } from '../input/excluded-in-vain.ts';
import { kubeProxyWord } from '../kube-proxy/listing-input.ts';
import { paletteFor, printDiagnostics } from '../messages/messages.ts';
import {
  isSelected,
  joinServices,
  selectionFindings,
  selectionOf,
} from '../selection/selection.ts';
import type { Terminal } from '../terminal.ts';
import { clusterFlagProblem, kindOfSide, loadDiffSides } from './load-sides.ts';
import type { DiffFlags } from './options.ts';
import type { DiffSide, LoadedSide } from './side.ts';
import { formatKernelView, formatTextView, formatTrafficView } from './views.ts';

/** `natc diff OLD NEW`: 0 the same, 1 they differ, 2 no answer, 3 the kernel cannot be asked. */
export async function runDiff(
  before: string,
  after: string,
  flags: DiffFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (before === '-' && after === '-') return cannotDiff('only one side can be stdin', terminal);
  if (flags.view !== 'traffic' && flags.output !== 'text' && flags.output !== 'json')
    return cannotDiff(`--view ${flags.view} has no -o ${flags.output}: text or json`, terminal);
  const misuse = clusterFlagProblem([before, after], flags);
  if (misuse !== undefined) return cannotDiff(misuse, terminal);
  const backend = await loadBackend(flags.backend);
  const problem = backend.isReadBack ? undefined : notReadBackProblem([before, after], flags);
  if (problem !== undefined) return cannotDiff(problem, terminal);
  const selection = selectionOf(flags, flags.service);
  if (selection !== undefined && flags.view !== 'traffic')
    return cannotDiff(wholeView(flags.view), terminal);
  const isGated = flags.failOnRisk !== 'any' && flags.failOnRisk !== 'none';
  if (isGated && flags.view !== 'traffic')
    return cannotDiff(
      `--fail-on ${flags.failOnRisk} is for --view traffic: --view ${flags.view} knows of no risks`,
      terminal,
    );
  const sides = await loadDiffSides([before, after], flags, terminal);
  const [old, next] = [loaded(sides[0]), loaded(sides[1])];
  if (old === undefined || next === undefined) {
    await printDiagnostics(diagnosticsOf(sides), flags, terminal);
    return failure(sides);
  }
  const listed = [old, next].find(({ listing }) => listing !== undefined);
  if (listed !== undefined && flags.view !== 'traffic')
    return cannotDiff(
      `--view ${flags.view} compares what natc writes, and "${listed.name}" is what kube-proxy wrote`,
      terminal,
    );
  const services = joinServices(old.services, next.services);
  const findings = selection === undefined ? [] : selectionFindings(selection, services);
  await printDiagnostics([...diagnosticsOf(sides), ...findings], flags, terminal);
  if (hasErrors(findings)) return exitCodes.cannotAnswer;
  const palette = dataPalette(flags, terminal);
  const format = {
    traffic: formatTrafficView,
    text: formatTextView,
    kernel: formatKernelView,
  }[flags.view];
  const { acceptanceOf } = await import('./accepted-risks.ts');
  const acceptance = acceptanceOf(objectsOf(old), objectsOf(next), flags);
  const {
    text,
    isSame,
    risks,
    diagnostics = [],
  } = await format(old, next, {
    acceptance,
    environment: terminal.environment,
    backend,
    output: flags.output,
    palette,
    details: flags.details === true,
    isShown: selection && ((service) => isSelected(selection, service, services)),
  });
  const complaints = flags.view === 'traffic' ? acceptance.complaints(true) : [];
  const more = [...diagnostics, ...complaints];
  if (more.length > 0) await printDiagnostics(more, flags, terminal);
  const delivered = await deliver(text, flags.outFile, flags, terminal);
  if (delivered !== exitCodes.success) return delivered;
  const { failsAt } = await import('../../diff/risks/gate.ts');
  const isCovered =
    diagnostics.length === 0 && sides.every(({ uncompiled }) => uncompiled.length === 0);
  return failsAt(flags.failOnRisk, risks, { isSame, isCovered }) ? exitCodes.no : exitCodes.success;
}

const objectsOf = ({ known }: LoadedSide) => known?.cluster.services.map(({ object }) => object);

/** Of a ruleset's text or a transaction nobody can tell whose each line is. */
const wholeView = (view: string): string =>
  `--view ${view} shows all of it: --service, -n and -l are for --view traffic`;

/** A file gets no colours. */
export const dataPalette = (flags: DiffFlags, terminal: Terminal) =>
  paletteFor(flags.outFile === undefined ? flags : { color: 'never' }, terminal.stdout, terminal);

/** Neither iptables-save nor iptables-restore input is read: there is nothing but what natc compiles. */
function notReadBackProblem(
  names: readonly string[],
  { backend, view, natc }: DiffFlags,
): string | undefined {
  const hint =
    natc?.commandOptions.backend === backend
      ? `; natc.yaml says ${backend}, and --backend nftables wins over it`
      : '';
  if (view === 'kernel')
    return `--view kernel has no --backend ${backend}: apply loads all rules again; take text or traffic${hint}`;
  const other = names.find((name) => ['live', 'ruleset'].includes(kindOfSide(name)));
  return other === undefined
    ? undefined
    : `--backend ${backend} compares manifests, and "${other}" is ${other === 'live' ? "the kernel's ruleset" : 'an nftables ruleset'}${hint}`;
}

/** What is wrong on both sides is said once. */
const diagnosticsOf = (sides: readonly DiffSide[]) =>
  saidOfSides(sides, ({ kind }) => kind === 'manifests' || kind === 'cluster');

const loaded = ({ ruleset, ...side }: DiffSide): LoadedSide | undefined =>
  ruleset === undefined ? undefined : { ...side, ruleset };

function failure(sides: readonly DiffSide[]): ExitCode {
  const isHostRefusal = sides.some(
    ({ name, kind, ruleset }) =>
      (kind === 'live' || name === kubeProxyWord) && ruleset === undefined,
  );
  return isHostRefusal ? exitCodes.hostRefused : exitWithoutOutput(diagnosticsOf(sides));
}

/** A command line that no diff can follow. */
export const cannotDiff = (problem: string, terminal: Terminal): Promise<ExitCode> =>
  cannotAnswer('diff', cut(printable(problem), 1000), terminal);

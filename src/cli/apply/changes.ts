import type { CompileOutput } from '../../compile.ts';
import type { Host } from '../../host/machine/host.ts';
import { familiesWithServices, type ServedFamily, sysctlsFor } from '../../host/machine/sysctl.ts';
import { servesNodePorts } from '../../nftables/canonical/write.ts';
import type { DesiredRuleset } from '../../nftables/host/observed.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Items } from '../../recompile/items.ts';
import type { KnownCompilation } from '../../recompile/known.ts';
import type { ExitCode } from '../exit-codes.ts';
import { withForeignWarnings } from '../foreign-forward.ts';
import type { CompiledInput, CompileInput } from '../input/compile-input.ts';
import {
  keepCompilation,
  recompileInput,
  rememberCompiled,
  unlessDamaged,
} from '../input/recompile-input.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { reportStages, type StageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';
import { reportApply } from './report.ts';
import { backendFor, isApplied, sharedOptions } from './run.ts';

/**
 * `natc apply`, when all but a few Services are as they were when it last compiled: compiles these, and
 * leads the kernel to the ruleset of all of them. What the kernel refuses is left for a full
 * compilation, which knows the line of the manifest that is to blame.
 *
 * @returns undefined when all has to be compiled; the kernel then holds what it held
 */
export async function applyChanges(
  host: Host,
  input: CompileInput,
  items: Items,
  fingerprint: string,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const { clock } = input;
  const result = await recompileInput(input, items, flags, terminal);
  // What is wrong is told by a full compilation, which looks at the host too.
  if (result?.changed === undefined) return undefined;
  const { changed, diagnostics } = result;
  const { plan } = changed.output;
  const { believeChanges, keepChangedBelief } = await import('./hold-back.ts');
  const belief = await believeChanges(changed.services, changed.output, flags);
  if (belief === undefined) return undefined;
  const { applyWritten } = await backendFor(host, plan, flags, terminal);
  if (applyWritten === undefined) return undefined;
  const wanted = await clock.run('assemble', () => wantedOf(changed.known, changed.output));
  const { chainReader } = await import('../../host/machine/kernel-chains.ts');
  const chains = chainReader(host);
  const families = servedFamilies(changed.known, plan);
  const served = familiesWithServices(families);
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const outcome = await unlessDamaged(() =>
    applyWritten(host, wanted, {
      ...sharedOptions(sysctlsFor(families), flags, true),
      verify: false,
      force: flags.force === true,
      input: { fingerprint, warnings, served },
      chains,
    }),
  );
  if (outcome === undefined || outcome.kind === 'refused') return undefined;
  const files = input.listedByNatc ? ('cluster' as const) : input.inputs.length;
  const size = { files, objects: changed.known.objects.length };
  await printDiagnostics(diagnostics, flags, terminal, size);
  await reportStages(clock, flags, terminal);
  const told = await withForeignWarnings(host, outcome, served, flags, chains);
  const exitCode = await reportApply(told, flags, terminal);
  if (isApplied(exitCode)) flags.news?.looked('changes');
  if (isApplied(exitCode))
    await keepChangedBelief(belief, changed.objects, changed.services, flags);
  await keepIfPossible(changed.known, flags, clock);
  return exitCode;
}

async function wantedOf(known: KnownCompilation, output: CompileOutput): Promise<DesiredRuleset> {
  const { knownFlowServices, writtenOf } = await import('../../recompile/written-known.ts');
  const { digestOf } = await import('../../nftables/canonical/written.ts');
  const { plan } = output;
  const written = writtenOf(known, plan);
  return {
    // What nft complains of can only be in what was compiled now.
    ruleset: () => output.ruleset,
    written,
    digest: digestOf(written),
    flowServices: knownFlowServices(known, plan),
  };
}

/** The plan knows only the Services that were compiled. */
const servedFamilies = ({ groups }: KnownCompilation, plan: Plan): readonly ServedFamily[] =>
  plan.families.map(({ family, nodePortAddresses }) => {
    const fragments = [...groups.values()].flatMap(
      ({ families }) => families.get(family)?.fragment ?? [],
    );
    return {
      family,
      hasServices: fragments.length > 0,
      hasNodePorts: fragments.some(servesNodePorts),
      loopback: nodePortAddresses.loopback,
    };
  });

/** Keeps what the next apply needs to compile changes alone. */
export async function rememberApplied(
  input: CompileInput,
  items: Items,
  compiled: CompiledInput,
  flags: ApplyFlags,
): Promise<void> {
  const known = await rememberCompiled(input, items, compiled);
  if (known !== undefined) await keepIfPossible(known, flags, input.clock);
}

/** A state directory that cannot be written is reported by others: here it only costs time. */
const keepIfPossible = (
  known: KnownCompilation,
  { stateDir }: ApplyFlags,
  clock: StageClock,
): Promise<void> => keepCompilation(known, stateDir, clock).catch(() => {});

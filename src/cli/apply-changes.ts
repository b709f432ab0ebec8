import type { Items } from '../incremental/items.ts';
import type { Remembered } from '../incremental/remembered.ts';
import type { Wanted } from '../live/held.ts';
import type { Host } from '../live/host.ts';
import { familiesWithServices, type ServedFamily, sysctlsFor } from '../live/sysctl.ts';
import type { Plan } from '../plan/plan.ts';
import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import { collections } from '../ruleset/nftables/names.ts';
import type { ApplyFlags } from './apply-options.ts';
import type { Compiled, CompileInput } from './compile-input.ts';
import type { ExitCode } from './exit-codes.ts';
import { withForeignWarnings } from './foreign-forward.ts';
import { keepRemembered, recompileInput, rememberCompiled } from './recompile-input.ts';
import { reportApply } from './report-apply.ts';
import { backendFor, isApplied, sharedOptions } from './run-apply.ts';
import { reportStages, type StageClock } from './stage-clock.ts';
import type { Terminal } from './terminal.ts';

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
  const result = await recompileInput(input, items, flags, terminal);
  // The same input again: the kernel is not what was left there.
  if (result?.output === undefined) return undefined;
  const { plan } = result.output;
  const { believeChanges, keepChangedBelief } = await import('./hold-back.ts');
  const belief = await believeChanges(result.services, result.output, flags);
  if (belief === undefined) return undefined;
  if ((await backendFor(host, plan, flags, terminal)) !== 'nftables') return undefined;
  const { clock } = input;
  const wanted = await wantedOf(result.remembered);
  if (wanted === undefined) return undefined;
  const { applyRuleset } = await import('../live/apply.ts');
  const families = servedFamilies(wanted.canonical, plan);
  const served = familiesWithServices(families);
  const outcome = await applyRuleset(host, wanted, {
    ...sharedOptions(sysctlsFor(families), flags, true),
    verify: false,
    force: flags.force === true,
    input: { fingerprint, warnings: 0, served },
  });
  await reportStages(clock, flags, terminal);
  if (outcome.kind === 'refused') return undefined;
  const told = await withForeignWarnings(host, outcome, served, flags);
  const exitCode = await reportApply(told, flags, terminal);
  if (isApplied(exitCode)) flags.news?.looked('changes');
  if (isApplied(exitCode)) await keepChangedBelief(belief, result.objects, result.services, flags);
  await keepIfPossible(result.remembered, flags, clock);
  return exitCode;
}

/** @returns undefined for text that natc does not print: it came from a file */
async function wantedOf({ text, flowServices }: Remembered): Promise<Wanted | undefined> {
  const { canonicalOfText } = await import('../incremental/canonical-text.ts');
  const { isCheckedRuleset } = await import('../ruleset/canonical-check.ts');
  const { digestOf } = await import('../ruleset/digest.ts');
  const canonical = canonicalOfText(text);
  if (!isCheckedRuleset(canonical)) return undefined;
  // What nft complains of has no origin here.
  return { ruleset: { tables: [] }, canonical, digest: digestOf(canonical), flowServices };
}

/** The plan knows only the Services that changed; that there are others, the ruleset says. */
function servedFamilies({ tables }: CanonicalRuleset, plan: Plan): readonly ServedFamily[] {
  return plan.families.map(({ family, nodePortAddresses }) => {
    const table = tables.find((each) => each.family === (family === 'IPv4' ? 'ip' : 'ip6'));
    const has = (...names: readonly string[]): boolean =>
      names.some((name) => (table?.collections.get(name)?.elements.size ?? 0) > 0);
    return {
      family,
      hasServices: has(collections.clusterIPs),
      hasNodePorts: has(collections.nodePorts, collections.refusedNodePorts),
      loopback: nodePortAddresses.loopback,
    };
  });
}

/** Keeps what the next apply needs to compile changes alone. */
export async function rememberApplied(
  input: CompileInput,
  items: Items,
  compiled: Compiled,
  flags: ApplyFlags,
): Promise<void> {
  const { output } = compiled;
  if (output === undefined) return;
  const { renderNft } = await import('../render/nft.ts');
  const text = input.clock.run('render', () => renderNft(output.ruleset));
  const remembered = await rememberCompiled(input, items, compiled, text);
  if (remembered !== undefined) await keepIfPossible(remembered, flags, input.clock);
}

/** A state directory that cannot be written is reported by others: here it only costs time. */
const keepIfPossible = (
  remembered: Remembered,
  { stateDir }: ApplyFlags,
  clock: StageClock,
): Promise<void> => keepRemembered(remembered, stateDir, clock).catch(() => {});

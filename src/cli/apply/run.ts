import type { Backend } from '../../backends/backend.ts';
import { chooseBackend } from '../../backends/choose.ts';
import { loadBackend } from '../../backends/table.ts';
import type { CompileOutput } from '../../compile.ts';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { cut, printable } from '../../diagnostics/printable.ts';
import type { OnStep } from '../../host/change/apply-step.ts';
import type { AppliedOutcome } from '../../host/change/outcome.ts';
import { namingCapabilities } from '../../host/machine/capabilities.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  familiesWithServices,
  requiredSysctls,
  type Sysctl,
  servedFamilies,
} from '../../host/machine/sysctl.ts';
import type { Plan } from '../../plan/plan.ts';
import { confirmationOf } from '../confirm/watcher.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withForeignWarnings } from '../foreign-forward.ts';
import { changeOptions } from '../host-options.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';
import { reportApply, reportDryRun } from './report.ts';

/** Through what to apply: what the user says, or else what the machine is able to, which is then said. */
export async function backendFor(
  host: Host,
  plan: Plan,
  flags: ApplyFlags,
  { stderr }: Terminal,
): Promise<Backend> {
  if (flags.backend !== 'auto') return loadBackend(flags.backend);
  const { backend, reason } = await chooseBackend(host, plan, flags.stateDir);
  if (flags.quiet !== true)
    await stderr.write(`backend ${backend}: ${cut(printable(reason), 1000)}\n`);
  return loadBackend(backend);
}

/** What the applied ruleset was compiled from. */
export interface ApplyInput {
  /** Undefined when it is not to be recognised: something of it waits. */
  readonly fingerprint: string | undefined;
  readonly warnings: number;
  /** Whether it was compared with the last one. */
  readonly isCompared: boolean;
  readonly onStep?: OnStep | undefined;
  /** Is told what came of it, before it is reported. */
  readonly onOutcome?: ((outcome: AppliedOutcome) => void) | undefined;
}

/** Whether the kernel holds what was compiled now. */
export const isApplied = (exitCode: ExitCode): boolean =>
  exitCode === exitCodes.success || exitCode === exitCodes.incomplete;

/** The second half of `natc apply`. */
export async function runApply(
  host: Host,
  output: CompileOutput,
  backend: Backend,
  { isCompared, onStep, onOutcome, ...input }: ApplyInput,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { plan } = output;
  const limits = await backend.limits(plan);
  if (limits.length > 0) await printDiagnostics(limits, flags, terminal);
  if (hasErrors(limits)) return exitCodes.cannotAnswer;
  const warnings = limits.filter(({ severity }) => severity === 'warning').length;
  const { chainReader } = await import('../../host/machine/kernel-chains.ts');
  const chains = chainReader(host);
  const served = familiesWithServices(servedFamilies(plan));
  const { confirmTimeout } = flags;
  const options = {
    ...sharedOptions(requiredSysctls(plan), flags, isCompared),
    verify: flags.verify === true,
    force: flags.force === true,
    chains,
    input: { ...input, warnings: input.warnings + warnings, served },
    confirmation: confirmTimeout === undefined ? undefined : confirmationOf(confirmTimeout, flags),
    ...(onStep !== undefined && { onStep }),
  };
  if (flags.dryRun === undefined) {
    const outcome = await namingCapabilities(host, await backend.apply(host, output, options));
    const told = await withForeignWarnings(host, outcome, served, flags, chains);
    onOutcome?.(told);
    return reportApply(told, flags, terminal, confirmTimeout);
  }
  const checkInKernel = flags.dryRun === 'kernel';
  const outcome = await backend.dryRun(host, output, { ...options, checkInKernel });
  return reportDryRun(await namingCapabilities(host, outcome), flags, terminal);
}

/**
 * @param sysctls what the rules rely on
 * @param isCompared whether the input was compared with the last one; an empty one is refused in any case
 */
export const sharedOptions = (
  sysctls: readonly Sysctl[],
  flags: ApplyFlags,
  isCompared: boolean,
) => ({
  ...changeOptions(flags),
  maxRemovals: flags.allowMassRemoval === true ? undefined : isCompared ? 100 : flags.maxRemovals,
  sysctls: flags.sysctl ? sysctls : [],
});

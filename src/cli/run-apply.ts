import type { CompileOutput } from '../compile.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { ApplyOptions } from '../live/apply.ts';
import { chooseBackend } from '../live/backend.ts';
import type { Host } from '../live/host.ts';
import { requiredSysctls } from '../live/sysctl.ts';
import { iptablesLimits } from '../ruleset/iptables/limits.ts';
import type { ApplyFlags } from './apply-options.ts';
import { confirmationOf } from './confirmation-watcher.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { changeOptions } from './host-options.ts';
import { printDiagnostics } from './messages.ts';
import { reportApply, reportDryRun, reportIptables } from './report-apply.ts';
import type { Terminal } from './terminal.ts';

/** The second half of `natc apply`: through the backend that the user or the machine decides on. */
export async function runApply(
  host: Host,
  output: CompileOutput,
  input: NonNullable<ApplyOptions['input']>,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const chosen =
    flags.backend === 'auto'
      ? await chooseBackend(host, output.plan)
      : { backend: flags.backend, reason: undefined };
  if (chosen.reason !== undefined && flags.quiet !== true)
    await terminal.stderr.write(`backend ${chosen.backend}: ${chosen.reason}\n`);
  return chosen.backend === 'iptables'
    ? runIptables(host, output, flags, terminal)
    : runNftables(host, output, input, flags, terminal);
}

async function runNftables(
  host: Host,
  { plan, ruleset }: CompileOutput,
  input: NonNullable<ApplyOptions['input']>,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { applyRuleset, wantedFrom } = await import('../live/apply.ts');
  const wanted = wantedFrom(plan, ruleset);
  const { confirmTimeout } = flags;
  const options = {
    ...sharedOptions({ plan }, flags),
    verify: flags.verify === true,
    force: flags.force === true,
    input,
    confirmation: confirmTimeout === undefined ? undefined : confirmationOf(confirmTimeout, flags),
  };
  if (flags.dryRun === undefined)
    return reportApply(await applyRuleset(host, wanted, options), flags, terminal, confirmTimeout);
  const { dryRun } = await import('../live/dry-run.ts');
  const checkInKernel = flags.dryRun === 'kernel';
  return reportDryRun(await dryRun(host, wanted, { ...options, checkInKernel }), flags, terminal);
}

async function runIptables(
  host: Host,
  { plan }: CompileOutput,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (flags.dryRun !== undefined || flags.confirmTimeout !== undefined) {
    await terminal.stderr.write('natc: --dry-run and --confirm-timeout need --backend nftables\n');
    return exitCodes.cannotAnswer;
  }
  const limits = iptablesLimits(plan);
  await printDiagnostics(limits, flags, terminal);
  if (hasErrors(limits)) return exitCodes.cannotAnswer;
  const { applyByIptables } = await import('../live/apply-iptables.ts');
  const outcome = await applyByIptables(host, plan, sharedOptions({ plan }, flags));
  return reportIptables(outcome, flags, terminal);
}

const sharedOptions = ({ plan }: Pick<CompileOutput, 'plan'>, flags: ApplyFlags) => ({
  ...changeOptions(flags),
  maxRemovals: flags.allowMassRemoval === true ? undefined : flags.maxRemovals,
  sysctls: flags.sysctl ? requiredSysctls(plan) : [],
});

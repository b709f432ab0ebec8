import type { CompileOutput } from '../compile.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import { chooseBackend } from '../live/backend.ts';
import { takeLock } from '../live/lock.ts';
import { requiredSysctls } from '../live/sysctl.ts';
import { iptablesLimits } from '../ruleset/iptables/limits.ts';
import type { ApplyFlags } from './commands/apply.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { thisHost } from './host.ts';
import { printDiagnostics } from './messages.ts';
import { reportApply, reportIptables } from './report-apply.ts';
import type { Terminal } from './terminal.ts';

/** The second half of `natc apply`: through the backend that the user or the machine decides on. */
export async function runApply(
  { plan, ruleset }: CompileOutput,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const host = await thisHost(terminal);
  const chosen =
    flags.backend === 'auto'
      ? await chooseBackend(host, plan)
      : { backend: flags.backend, reason: undefined };
  if (chosen.reason !== undefined && flags.quiet !== true)
    await terminal.stderr.write(`backend ${chosen.backend}: ${chosen.reason}\n`);

  const options = {
    lock: () => takeLock(flags.stateDir, flags.lockTimeout),
    maxRemovals: flags.allowMassRemoval === true ? undefined : flags.maxRemovals,
    sysctls: flags.sysctl ? requiredSysctls(plan) : [],
  };
  if (chosen.backend === 'iptables') {
    const limits = iptablesLimits(plan);
    await printDiagnostics(limits, flags, terminal);
    if (hasErrors(limits)) return exitCodes.cannotAnswer;
    const { applyByIptables } = await import('../live/apply-iptables.ts');
    return reportIptables(await applyByIptables(host, plan, options), flags, terminal);
  }
  const { applyRuleset } = await import('../live/apply.ts');
  const outcome = await applyRuleset(host, plan, ruleset, {
    ...options,
    stateDirectory: flags.stateDir,
    verify: flags.verify === true,
    now: () => Math.floor(Date.now() / 1000),
  });
  return reportApply(outcome, flags, terminal);
}

import type { CompileOutput } from '../../compile.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { buildIptables } from '../../iptables/layout/build.ts';
import { iptablesLimits } from '../../iptables/limits.ts';
import { chooseBackend } from '../../live/backend.ts';
import type { Backend } from '../../live/backend-name.ts';
import { namingCapabilities } from '../../live/capabilities.ts';
import type { Host } from '../../live/host.ts';
import { checkIptablesInKernel } from '../../live/iptables-check.ts';
import { findIptables, isTools } from '../../live/iptables-tools.ts';
import { checkInKernel } from '../../live/kernel-check.ts';
import { nftVersion } from '../../live/nft.ts';
import {
  checkSysctls,
  familiesWithServices,
  requiredSysctls,
  servedFamilies,
} from '../../live/sysctl.ts';
import type { Plan } from '../../plan/plan.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { foreignWarnings } from '../foreign-forward.ts';
import { thisHost } from '../host.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import type { Compiled } from '../input/compile-input.ts';
import { skippedLines } from '../input/with-compiled.ts';
import { diagnosticsFormat, printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { CheckFlags } from './options.ts';

/** Adds what the kernel and the host say, and prints everything: the second half of `natc check`. */
export async function finishCheck(
  compiled: Compiled,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const host = await thisHost(terminal);
  const { output } = compiled;
  const checked = output === undefined ? nothingToCheck : await checkBackend(host, output, flags);
  const kernel = await namingCapabilities(host, checked);
  const sysctls =
    output !== undefined && flags.sysctl
      ? await checkSysctls(host, requiredSysctls(output.plan))
      : [];
  const isNode = flags.kernel && flags.sysctl;
  const forward =
    output !== undefined && isNode
      ? await foreignWarnings(host, familiesWithServices(servedFamilies(output.plan)), {})
      : [];
  const all = [
    ...compiled.diagnostics,
    ...kernel.diagnostics,
    ...sysctls,
    ...forward.map(thisMachine),
  ];
  const diagnostics = flags.ignoring?.silence(all) ?? all;
  const format = diagnosticsFormat(flags, terminal);
  // Here json and sarif are what the user asked for, not remarks beside it.
  const channel = format === 'json' || format === 'sarif' ? terminal.stdout : terminal.stderr;
  await printDiagnostics(diagnostics, flags, terminal, compiled.size, channel);
  if (format === 'text' && flags.quiet !== true) {
    await terminal.stderr.write(skippedLines(compiled));
    if (kernel.acceptedBy !== undefined)
      await terminal.stdout.write(`the kernel accepts the ruleset (${kernel.acceptedBy})\n`);
  }
  return checkExitCode(diagnostics, flags);
}

/** Where check runs need not be the node. */
const thisMachine = (warning: Diagnostic): Diagnostic => ({
  ...warning,
  hint: `${warning.hint}; where this machine is not the node, leave it out with --no-sysctl`,
});

interface BackendCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** The version of the program that took the ruleset to the kernel; undefined when it did not pass. */
  readonly acceptedBy: string | undefined;
}

const nothingToCheck: BackendCheck = { diagnostics: [], acceptedBy: undefined };

/** What the backend, and through it the kernel, has against the ruleset. */
async function checkBackend(
  host: Host,
  { plan, ruleset }: CompileOutput,
  { backend, kernel }: CheckFlags,
): Promise<BackendCheck> {
  const chosen = backend !== 'auto' ? backend : kernel ? await autoBackend(host, plan) : 'nftables';
  if (chosen === 'nftables') {
    if (!kernel) return nothingToCheck;
    const diagnostics = await checkInKernel(host, ruleset);
    return { diagnostics, acceptedBy: diagnostics.length > 0 ? undefined : await nftVersion(host) };
  }
  const limits = iptablesLimits(plan);
  if (!kernel || hasErrors(limits)) return { diagnostics: limits, acceptedBy: undefined };
  const tools = await findIptables(host);
  if (!isTools(tools)) return { diagnostics: [...limits, tools], acceptedBy: undefined };
  const rulesets = plan.families.map((family) => buildIptables(family));
  const refusals = await checkIptablesInKernel(host, rulesets);
  return {
    diagnostics: [...limits, ...refusals],
    acceptedBy: refusals.length > 0 ? undefined : tools.version,
  };
}

const autoBackend = async (host: Host, plan: Plan): Promise<Backend> =>
  (await chooseBackend(host, plan)).backend;

/** Input that cannot be read leaves nothing to check; a host that cannot check gives no answer. */
function checkExitCode(diagnostics: readonly Diagnostic[], flags: CheckFlags): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const unread = exitWithoutOutput(errors);
  if (unread === exitCodes.hostRefused) return unread;
  if (errors.some(({ code }) => code.startsWith('NATC1'))) return exitCodes.cannotAnswer;
  const cannotCheck = new Set([
    'NATC5001',
    'NATC5002',
    'NATC5004',
    'NATC5005',
    'NATC5050',
    'NATC5126',
  ]);
  if (errors.some(({ code }) => !cannotCheck.has(code))) return exitCodes.no;
  if (errors.length > 0) return exitCodes.hostRefused;
  const warned = diagnostics.some(({ severity }) => severity === 'warning');
  return warned && flags.failOn === 'warning' ? exitCodes.no : exitCodes.success;
}

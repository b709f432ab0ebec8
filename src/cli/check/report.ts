import type { KernelCheck } from '../../backends/backend.ts';
import { chooseBackend } from '../../backends/choose.ts';
import { loadBackend } from '../../backends/table.ts';
import type { CompileOutput } from '../../compile.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { namingCapabilities } from '../../host/machine/capabilities.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  checkSysctls,
  familiesWithServices,
  requiredSysctls,
  servedFamilies,
} from '../../host/machine/sysctl.ts';
import { type BackendName, defaultBackend } from '../../options.ts';
import type { Plan } from '../../plan/plan.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { foreignWarnings } from '../foreign-forward.ts';
import { thisHost } from '../host.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import type { CompiledInput } from '../input/compile-input.ts';
import { skippedLines } from '../input/with-compiled.ts';
import { diagnosticsFormat, printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { CheckFlags } from './options.ts';

/** Adds what the kernel and the host say, and prints everything: the second half of `natc check`. */
export async function finishCheck(
  compiled: CompiledInput,
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

const nothingToCheck: KernelCheck = { diagnostics: [], acceptedBy: undefined };

/** What the backend, and through it the kernel, has against the ruleset. */
async function checkBackend(
  host: Host,
  output: CompileOutput,
  flags: CheckFlags,
): Promise<KernelCheck> {
  const backend = await loadBackend(await backendOf(host, output.plan, flags));
  const limits = await backend.limits(output.plan);
  if (!flags.kernel || hasErrors(limits)) return { diagnostics: limits, acceptedBy: undefined };
  const { diagnostics, acceptedBy } = await backend.check(host, output);
  return { diagnostics: [...limits, ...diagnostics], acceptedBy };
}

async function backendOf(
  host: Host,
  plan: Plan,
  { backend, kernel }: CheckFlags,
): Promise<BackendName> {
  if (backend !== 'auto') return backend;
  return kernel ? (await chooseBackend(host, plan)).backend : defaultBackend;
}

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

import type { CompileOutput } from '../../compile.ts';
import type { Host } from '../../host/machine/host.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';

/**
 * Tells which Services take connections from processes of this node.
 *
 * @returns what is to be applied, without what `--protect-ports deny` keeps out
 */
export async function protectPortsOf(
  host: Host,
  output: CompileOutput,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<{ readonly output: CompileOutput; readonly isQuiet: boolean }> {
  const policy = flags.protectPorts;
  if (policy === 'allow') return { output, isQuiet: true };
  const { listeningSockets } = await import('../../host/machine/listening-ports.ts');
  const sockets = await listeningSockets(host);
  if (sockets.length === 0) return { output, isQuiet: true };
  const { localAddresses } = await import('../../host/machine/local-addresses.ts');
  const { protectPorts } = await import('../../plan/shadowed-ports.ts');
  const addresses = await localAddresses(host);
  const { plan, diagnostics } = protectPorts(output.plan, sockets, addresses, policy);
  if (diagnostics.length === 0) return { output, isQuiet: true };
  await printDiagnostics(diagnostics, flags, terminal);
  if (policy === 'warn') return { output, isQuiet: false };
  const { laidOutLater } = await import('../../compile.ts');
  const { cluster, settings } = output;
  return { output: laidOutLater({ cluster, settings, plan }), isQuiet: false };
}

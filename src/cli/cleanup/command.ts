import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  changeOptions,
  type HostFlags,
} from '../host-options.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { addMessageOptions } from '../shared-options.ts';

interface Flags extends MessageFlags, BackendFlags, HostFlags {}

export const cleanupCommand: CommandDefinition = {
  description:
    'Remove what apply made: the tables "ip natc" and "ip6 natc" of nftables, the chains NATC-* of ' +
    'iptables and the jumps into them, then what natc keeps in the state directory, and nothing else. ' +
    'route_localnet is switched off again if natc had switched it on; other sysctls stay.',
  configure: (command) => {
    addHostOptions(command);
    addBackendOption(command, 'both');
    addMessageOptions(command);
  },
  examples: [
    { does: 'Take natc off a node', command: 'natc cleanup' },
    { does: 'The same in a named network namespace', command: 'ip netns exec blue natc cleanup' },
  ],
  exitCodes: [exitCodes.hostRefused, exitCodes.lockTimeout, exitCodes.incomplete],
  run: async (command, terminal) => {
    const { cleanUpBackends } = await import('../../backends/cleanup.ts');
    const flags = command.opts<Flags>();
    const { namingCapabilities } = await import('../../host/machine/capabilities.ts');
    const host = await thisHost(terminal, flags.commandTimeout);
    const done = await cleanUpBackends(host, flags.backend, changeOptions(flags));
    if (done.kind === 'lock-timeout') {
      if (flags.quiet !== true) await terminal.stderr.write('natc: another natc holds the lock\n');
      return exitCodes.lockTimeout;
    }
    const outcome = await namingCapabilities(host, done);
    await printDiagnostics(outcome.diagnostics, flags, terminal);
    if (outcome.kind === 'refused') return exitCodes.hostRefused;
    if (flags.quiet !== true) {
      const removed = outcome.removed.join(' and ');
      await terminal.stderr.write(removed === '' ? 'nothing to remove\n' : `removed ${removed}\n`);
      for (const line of outcome.leftOn) await terminal.stderr.write(`${line}\n`);
    }
    return outcome.kind === 'clean' ? exitCodes.success : exitCodes.incomplete;
  },
};

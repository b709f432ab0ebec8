import { Option } from 'commander';
import type { Host } from '../../live/host.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  type HostFlags,
  secondsNow,
} from '../host-options.ts';
import { printDiagnostics } from '../messages.ts';
import { addMessageOptions, type MessageFlags } from '../shared-options.ts';

interface Flags extends HostFlags, BackendFlags, MessageFlags {
  readonly output: 'text' | 'json';
}

export const statusCommand: CommandDefinition = {
  description:
    'Show the revision in the kernel, its age and size, what somebody else changed in it, sysctls that ' +
    'are off and other service proxies. Lists all elements: with 20,000 Services that takes seconds. ' +
    'Ends with 1 when there is drift, when something of the last input is held back, or without a ruleset of natc.',
  configure: (command) => {
    addHostOptions(command);
    addBackendOption(command, 'the one that holds rules of natc');
    command
      .optionsGroup('Output:')
      .addOption(
        new Option('-o, --output <format>', 'text (default) or json')
          .choices(['text', 'json'])
          .default('text'),
      );
    addMessageOptions(command);
  },
  examples: [
    { does: 'What is in the kernel, and is it what natc put there?', command: 'natc status' },
    { does: 'For a monitoring agent', command: 'natc status -o json | jq .drift.count' },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const flags = command.opts<Flags>();
    const { nameCapabilities } = await import('../../live/capabilities.ts');
    const host = await thisHost(terminal, flags.commandTimeout);
    const status = await statusFor(host, flags);
    if ('refusals' in status) {
      const refusals = await nameCapabilities(host, status.refusals);
      await printDiagnostics(refusals, flags, terminal);
      return exitCodes.hostRefused;
    }
    const { statusJson, statusText } = await import('../format-status.ts');
    const format = flags.output === 'json' ? statusJson : statusText;
    await terminal.stdout.write(format(status, secondsNow()));
    await printDiagnostics(status.diagnostics, flags, terminal);
    const isAsApplied =
      status.revision !== undefined &&
      status.waiting === undefined &&
      status.drift?.length === 0 &&
      status.elsewhere.length === 0;
    return isAsApplied ? exitCodes.success : exitCodes.no;
  },
};

async function statusFor(host: Host, { backend, stateDir }: Flags) {
  const { backendInUse } = await import('../../live/backend-in-use.ts');
  const used = backend === 'auto' ? await backendInUse(host, stateDir) : backend;
  if (used === 'iptables') {
    const { statusOfIptables } = await import('../../live/status-iptables.ts');
    return statusOfIptables(host, stateDir);
  }
  const { statusOf } = await import('../../live/status.ts');
  return statusOf(host, stateDir);
}

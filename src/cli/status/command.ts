import { loadBackend } from '../../backends/table.ts';
import type { Host } from '../../host/machine/host.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { addBackendOption, addHostOptions, secondsNow } from '../host-options.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { parseSeconds } from '../option-values.ts';
import { addMessageOptions } from '../shared-options.ts';
import { choiceOption } from '../table-options.ts';
import type { StatusFlags } from './options.ts';

export const statusCommand: CommandDefinition = {
  description:
    'Show the revision in the kernel, its age and size, what somebody else changed in it, sysctls that ' +
    'are off and other service proxies. Lists all elements: with 20,000 Services that takes seconds. ' +
    'Lists the warnings of natc apply that still stand, and tells how its last run ended. ' +
    'Ends with 1 when there is drift, when nobody confirmed the last change, when something of the last input is held back, when the last apply did not ' +
    'end with 0, or without a ruleset of natc.',
  configure: (command) => {
    addHostOptions(command);
    addBackendOption(command, 'the one that holds rules of natc');
    command
      .optionsGroup('Host:')
      .option(
        '--max-age <time>',
        'end with 1 when the last apply that ended with 0 is longer ago (90s, 5m)',
        parseSeconds,
      );
    command
      .optionsGroup('Output:')
      .addOption(choiceOption('-o, --output <format>', '{text} or json', ['text', 'json'], 'text'));
    addMessageOptions(command);
  },
  examples: [
    { does: 'What is in the kernel, and is it what natc put there?', command: 'natc status' },
    { does: 'For a monitoring agent', command: 'natc status -o json | jq .drift.count' },
    { does: 'Did natc apply succeed within five minutes?', command: 'natc status --max-age 5m' },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const flags = command.opts<StatusFlags>();
    const { nameCapabilities } = await import('../../host/machine/capabilities.ts');
    const host = await thisHost(terminal, flags.commandTimeout);
    const { historyOf, historyText, isGood } = await import('./history.ts');
    const status = await statusFor(host, flags);
    const revision = 'refusals' in status ? undefined : status.revision;
    const history = await historyOf(flags.stateDir, flags.maxAge, secondsNow(), revision);
    const { pending } = history;
    if ('refusals' in status) {
      const refusals = await nameCapabilities(host, status.refusals);
      const said = [...refusals, ...pending.diagnostics];
      const { refusedJson } = await import('./format-status.ts');
      const text =
        flags.output === 'json' ? refusedJson(said, history) : historyText(history, undefined);
      await terminal.stdout.write(text);
      await printDiagnostics(said, flags, terminal);
      return exitCodes.hostRefused;
    }
    const { statusJson, statusText } = await import('./format-status.ts');
    const format = flags.output === 'json' ? statusJson : statusText;
    const diagnostics = [...status.diagnostics, ...pending.diagnostics];
    await terminal.stdout.write(format({ ...status, diagnostics }, history));
    await printDiagnostics(diagnostics, flags, terminal);
    const isAsApplied =
      status.revision !== undefined &&
      status.waiting === undefined &&
      pending.diagnostics.length === 0 &&
      !pending.isUndone &&
      status.drift?.length === 0 &&
      status.elsewhere.length === 0 &&
      isGood(history, status.revision);
    return isAsApplied ? exitCodes.success : exitCodes.no;
  },
};

async function statusFor(host: Host, { backend, stateDir }: StatusFlags) {
  const { backendInUse } = await import('../../backends/in-use.ts');
  const used = backend === 'auto' ? await backendInUse(host, stateDir) : backend;
  return (await loadBackend(used)).status(host, stateDir);
}

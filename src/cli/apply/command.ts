import { loadBackend } from '../../backends/table.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { secondsNow } from '../host-options.ts';
import { listInputs } from '../input/cluster-input.ts';
import { applyDemands, readCompileInput } from '../input/compile-input.ts';
import { splitInput } from '../input/recompile-input.ts';
import { commandClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { attempt } from './attempt.ts';
import { applyInWhole } from './input.ts';
import { inputFingerprint } from './input-fingerprint.ts';
import { type ApplyFlags, addApplyOptions } from './options.ts';
import { reportUnchanged } from './report.ts';
import { recognisedInput } from './unchanged-input.ts';

export const applyCommand: CommandDefinition = {
  description:
    'Make the kernel hold the ruleset by sending only what differs, in one transaction, so that there ' +
    'is never a half state and connections and session affinity live on. Afterwards moves on ' +
    'clients of lost endpoints, removes stale UDP connections and sets the sysctls that the rules need.',
  configure: addApplyOptions,
  examples: [
    {
      does: 'From cron, on a node',
      command: 'natc apply --from-cluster --node-name "$(hostname)" --quiet',
    },
    {
      does: 'Stay, and follow the cluster',
      command: 'natc apply --from-cluster --follow --node-name "$(hostname)"',
    },
    {
      does: 'What would it send? Would the kernel take it?',
      command: 'natc apply -f manifests/ --dry-run=kernel',
    },
    {
      does: 'Over ssh: undone in a minute unless natc confirm comes',
      command: 'natc apply -f manifests/ --confirm-timeout 1m && natc confirm',
    },
    {
      does: 'In a network namespace, with the settings of a kube-proxy',
      command: 'ip netns exec blue natc apply -f manifests/ --config kube-proxy.yaml',
    },
  ],
  exitCodes: [
    exitCodes.hostRefused,
    exitCodes.guardRefused,
    exitCodes.lockTimeout,
    exitCodes.incomplete,
  ],
  run: async (command, terminal) => {
    const flags = command.opts<ApplyFlags>();
    if (flags.follow !== true) return attempt(flags, terminal, run);
    const { runFollow } = await import('../follow/run.ts');
    return runFollow(command, terminal);
  },
};

async function run(paths: readonly string[], flags: ApplyFlags, terminal: Terminal) {
  const host = await thisHost(terminal, flags.commandTimeout);
  const { undoFirst } = await import('./undone.ts');
  const failed = await undoFirst(host, flags, terminal);
  if (failed !== undefined) return failed;
  // A dry run leaves no trace, and who wants all verified wants all listed.
  const remembersLists = !flags.verify && flags.dryRun === undefined;
  const memory = { directory: flags.stateDir, now: secondsNow() };
  const clock = commandClock(flags, terminal);
  const named = flags.backend === 'auto' ? undefined : await loadBackend(flags.backend);
  const demands = { ...applyDemands, laysOut: named?.takesRuleset ?? true };
  const input = await readCompileInput(flags, paths, clock, demands, () =>
    listInputs(flags, remembersLists ? memory : undefined),
  );
  const fingerprint = inputFingerprint(input);
  const isOrdinary =
    !flags.verify &&
    flags.dryRun === undefined &&
    flags.protectPorts !== 'deny' &&
    // What the kernel holds already is judged all the same, and all of it.
    flags.assert === undefined;
  if (isOrdinary && input.diagnostics.length === 0) {
    const unchanged = await recognisedInput(host, fingerprint, flags);
    if (unchanged !== undefined) return reportUnchanged(unchanged, flags, terminal);
  }
  // Which backend it is to be is asked of the host once something was compiled.
  const remembers =
    isOrdinary &&
    flags.confirmTimeout === undefined &&
    (named === undefined || named.applyWritten !== undefined);
  const items = remembers ? await splitInput(input) : undefined;
  if (items !== undefined) {
    const { applyChanges } = await import('./changes.ts');
    const exitCode = await applyChanges(host, input, items, fingerprint, flags, terminal);
    if (exitCode !== undefined) return exitCode;
  }
  const { exitCode } = await applyInWhole(host, input, items, fingerprint, flags, terminal);
  return exitCode;
}

import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addDiffOptions, type DiffFlags } from './options.ts';

export const diffCommand: CommandDefinition = {
  description:
    'Say what changes between two sides: for packets (the default), in the text of the ruleset, or in ' +
    'the kernel. A side is manifests (file, directory or -), a ruleset that natc compile wrote (*.nft), ' +
    "a listing of kube-proxy's rules or 'kube-proxy', what it has in the kernel, " +
    "'live', what the kernel holds, or 'cluster', what the API server lists. The node's flags apply to both.",
  configure: addDiffOptions,
  examples: [
    {
      does: 'What does a branch change for packets?',
      command: 'natc diff golden/node-a.nft manifests/ --config kube-proxy.yaml',
    },
    {
      does: 'As a comment on a pull request',
      command: 'natc diff main/manifests manifests --node-name node-a -o markdown',
    },
    {
      does: 'What changes for one Service? Others that differ are counted',
      command: 'natc diff main/manifests manifests --service shop/web',
    },
    {
      does: 'On which nodes would these manifests change what the cluster has?',
      command: 'natc diff cluster manifests --all-nodes',
    },
    {
      does: 'What would kubectl apply of these manifests change, by what kubectl get -A -o yaml wrote?',
      command: 'natc diff --base cluster.yaml manifests/',
    },
    {
      does: 'Which packets would change if natc took over from kube-proxy?',
      command: 'natc diff kube-proxy cluster --config kube-proxy.yaml --node-name "$(hostname)"',
    },
    {
      does: 'What would natc apply send to this kernel?',
      command: 'natc diff live manifests/ --view kernel',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const { sides, flags } = sidesOf(command);
    if (flags.allNodes === true || flags.nodes !== undefined)
      return (await import('./all-nodes.ts')).diffAllNodes(sides, flags, terminal);
    return (await import('./run.ts')).runDiff(...sides, flags, terminal);
  },
};

/** With --base one side will do: the other is then the cluster. */
function sidesOf(command: Command): {
  readonly sides: readonly [string, string];
  readonly flags: DiffFlags;
} {
  const [old, next] = command.processedArgs as [string, string | undefined];
  const flags = command.opts<DiffFlags>();
  const { base, prune } = flags;
  if (prune === true && (typeof base !== 'string' || next === undefined))
    command.error('error: --prune needs --base and both sides');
  if (next !== undefined) return { sides: [old, next], flags };
  if (typeof base !== 'string')
    return command.error("error: missing required argument 'new'", {
      code: 'commander.missingArgument',
    });
  const { base: _, ...rest } = flags;
  return { sides: [base, old], flags: { ...rest, isOnOld: true } };
}

import type { CommandDefinition } from '../command.ts';
import { addDiffOptions, type DiffFlags } from '../diff/options.ts';
import { exitCodes } from '../exit-codes.ts';

export const diffCommand: CommandDefinition = {
  description:
    'Say what changes between two sides: for packets (the default), in the text of the ruleset, or in ' +
    'the kernel. A side is manifests (file, directory or -), a ruleset that natc compile wrote (*.nft), ' +
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
      does: 'What would natc apply send to this kernel?',
      command: 'natc diff live manifests/ --view kernel',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const sides = command.processedArgs as [string, string];
    const flags = command.opts<DiffFlags>();
    if (flags.allNodes === true || flags.nodes !== undefined)
      return (await import('../diff-all-nodes.ts')).diffAllNodes(sides, flags, terminal);
    return (await import('../run-diff.ts')).runDiff(...sides, flags, terminal);
  },
};

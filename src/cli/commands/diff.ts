import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { collect } from '../option-values.ts';
import {
  addClusterOptions,
  addMessageOptions,
  addNodeOptions,
  addSettingsOptions,
  type CompileFlags,
} from '../shared-options.ts';

export const diffViews = ['traffic', 'text', 'kernel'] as const;
export const diffFormats = ['text', 'json', 'markdown', 'github', 'html'] as const;

export interface DiffFlags extends CompileFlags {
  readonly view: (typeof diffViews)[number];
  readonly backend: 'nftables' | 'iptables';
  readonly output: (typeof diffFormats)[number];
  readonly outFile?: string;
  readonly allNodes?: boolean;
  readonly nodes?: readonly string[];
}

export const diffCommand: CommandDefinition = {
  description:
    'Say what changes between two sides: for packets (the default), in the text of the ruleset, or in ' +
    'the kernel. A side is manifests (file, directory or -), a ruleset that natc compile wrote (*.nft), ' +
    "'live', what the kernel holds, or 'cluster', what the API server lists. The node's flags apply to both.",
  configure: (command) => {
    command
      .argument('<old>', 'manifests, a ruleset file, live or cluster')
      .argument('<new>', 'the same')
      .optionsGroup('Rulesets:')
      .addOption(
        new Option(
          '--backend <backend>',
          'whose rules to compare: nftables (default) or iptables, which takes manifests and has no kernel view',
        )
          .choices(['nftables', 'iptables'])
          .default('nftables'),
      )
      .optionsGroup('Output:')
      .addOption(
        new Option('--view <view>', 'traffic (default), text or kernel')
          .choices(diffViews)
          .default('traffic'),
      )
      .addOption(
        new Option(
          '-o, --output <format>',
          'text (default), json, markdown, github or html; text and kernel views: text or json',
        )
          .choices(diffFormats)
          .default('text'),
      )
      .option('--out-file <file>', 'write there, whole or not at all, instead of stdout');
    addSettingsOptions(command);
    command
      .option(
        '--all-nodes',
        'compare manifests for each Node object, and group nodes that see the same',
      )
      .option(
        '--nodes <path>',
        'file, directory or - with the Nodes of both sides, for --all-nodes (repeatable)',
        collect,
      );
    addClusterOptions(command);
    addNodeOptions(command);
    addMessageOptions(command);
  },
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
      does: 'On which nodes would these manifests change what the cluster has?',
      command: 'natc diff cluster manifests --all-nodes',
    },
    {
      does: 'What would natc apply send to this kernel?',
      command: 'natc diff live manifests/ --node-name "$(hostname)" --view kernel',
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

import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import {
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
}

export const diffCommand: CommandDefinition = {
  description:
    'Say what changes between two sides: for packets (the default), in the text of the ruleset, or in ' +
    'the kernel. A side is manifests (file, directory or -), a ruleset that natc compile wrote (*.nft), ' +
    "or 'live', what the kernel holds. The node's flags apply to both sides.",
  configure: (command) => {
    command
      .argument('<old>', 'manifests, a ruleset file or live')
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
      does: 'What would natc apply send to this kernel?',
      command: 'natc diff live manifests/ --node-name "$(hostname)" --view kernel',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const [before, after] = command.processedArgs as [string, string];
    const { runDiff } = await import('../run-diff.ts');
    return runDiff(before, after, command.opts<DiffFlags>(), terminal);
  },
};

import type { Command } from 'commander';
import type { CommandOptions } from '../../command-options.ts';
import type { BackendName } from '../../options.ts';
import { backendChoice } from '../host-options.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { collect } from '../option-values.ts';
import { addSelectionOptions, addServiceNames, type SelectionFlags } from '../selection/options.ts';
import {
  addClusterOptions,
  addMessageOptions,
  addNodeOptions,
  addSettingsOptions,
  type CompileFlags,
} from '../shared-options.ts';
import { choiceOption, commandOption } from '../table-options.ts';

const diffViews = ['traffic', 'text', 'kernel'] as const;
const diffFormats = ['text', 'json', 'markdown', 'github', 'html'] as const;

export interface DiffFlags
  extends CompileFlags,
    SelectionFlags,
    Pick<CommandOptions, 'failOnRisk'> {
  readonly service?: readonly string[];
  readonly view: (typeof diffViews)[number];
  readonly backend: BackendName;
  readonly output: (typeof diffFormats)[number];
  readonly outFile?: string;
  readonly details?: boolean;
  readonly allNodes?: boolean;
  readonly nodes?: readonly string[];
  readonly prune?: boolean;
  /** Not a flag: whether the new side is laid on the old one. */
  readonly isOnOld?: boolean;
}

export function addDiffOptions(command: Command): void {
  command
    .argument('<old>', 'manifests, a ruleset file, live, kube-proxy or cluster')
    .argument('[new]', 'the same; with --base it may be left out, and OLD is laid on it')
    .optionsGroup('Rulesets:')
    .addOption(
      backendChoice(
        'whose rules to compare: {nftables} or {iptables}, which takes manifests and has no kernel view',
      ),
    )
    .optionsGroup('Services:');
  addServiceNames(addSelectionOptions(command, 'show'));
  command
    .optionsGroup('Output:')
    .addOption(choiceOption('--view <view>', '{traffic}, text or kernel', diffViews, 'traffic'))
    .addOption(
      choiceOption(
        '-o, --output <format>',
        '{text}, json, markdown, github or html; text and kernel views: text or json',
        diffFormats,
        'text',
      ),
    )
    .addOption(commandOption('failOnRisk'))
    .option('--details', 'tell endpoints that come and go one by one, however many they are')
    .option('--out-file <file>', 'write there, whole or not at all, instead of stdout');
  addCompletionOptions(command, true);
  command
    .option('--no-base', "compare with 'cluster' as if what the new side lacks were deleted")
    .option('--prune', 'with --base: what the new side lacks of the old one is deleted');
  addSettingsOptions(command);
  command
    .addOption(commandOption('exclude'))
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
}

import { type Command, Option } from 'commander';
import { type Gate, gates } from '../../diff/risks/gate.ts';
import { type BackendName, backendNames, defaultBackend } from '../../options.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { collect } from '../option-values.ts';
import { addSelectionOptions, addServiceNames, type SelectionFlags } from '../selection/options.ts';
import {
  addClusterOptions,
  addMessageOptions,
  addNodeOptions,
  addSettingsOptions,
  type CompileFlags,
  excludeOption,
} from '../shared-options.ts';

const diffViews = ['traffic', 'text', 'kernel'] as const;
const diffFormats = ['text', 'json', 'markdown', 'github', 'html'] as const;

export interface DiffFlags extends CompileFlags, SelectionFlags {
  readonly service?: readonly string[];
  readonly view: (typeof diffViews)[number];
  readonly backend: BackendName;
  readonly output: (typeof diffFormats)[number];
  readonly outFile?: string;
  readonly details?: boolean;
  readonly failOn: Gate;
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
      new Option(
        '--backend <backend>',
        'whose rules to compare: nftables (default) or iptables, which takes manifests and has no kernel view',
      )
        .choices(backendNames)
        .default(defaultBackend),
    )
    .optionsGroup('Services:');
  addServiceNames(addSelectionOptions(command, 'show'));
  command
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
    .addOption(
      new Option(
        '--fail-on <what>',
        'exit status 1 for: any difference (default), a risk of that severity or worse, or none',
      )
        .choices(gates)
        .default('any'),
    )
    .option('--details', 'tell endpoints that come and go one by one, however many they are')
    .option('--out-file <file>', 'write there, whole or not at all, instead of stdout');
  addCompletionOptions(command, true);
  command
    .option('--no-base', "compare with 'cluster' as if what the new side lacks were deleted")
    .option('--prune', 'with --base: what the new side lacks of the old one is deleted');
  addSettingsOptions(command);
  command
    .addOption(excludeOption())
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

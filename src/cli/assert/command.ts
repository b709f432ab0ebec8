import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { addNodesOptions } from '../input/nodes-option.ts';
import { addSubjectOptions } from '../reach/options.ts';
import { addCompileOptions } from '../shared-options.ts';
import { choiceOption, commandOption } from '../table-options.ts';
import { type AssertFlags, assertFormats } from './options.ts';

export const assertCommand: CommandDefinition = {
  description:
    'Judge statements about packets: who must, may and must not reach what, how many endpoints there must be, and ' +
    'which addresses. Each is judged for every class of packets, and a broken one is told with a packet or the line.',
  configure: (command) => {
    command
      .optionsGroup('Assertions:')
      .addOption(commandOption('rules'))
      .addOption(commandOption('before'));
    addNodesOptions(
      addSubjectOptions(command),
      'judge each Node object, and tell once what is broken alike',
    )
      .optionsGroup('Output:')
      .addOption(
        choiceOption(
          '-o, --output <format>',
          '{text}, json, github, sarif or junit',
          assertFormats,
          'text',
        ),
      )
      .option('--out-file <file>', 'write there, whole or not at all, instead of stdout');
    addCompletionOptions(command, true);
    addCompileOptions(command);
  },
  examples: [
    {
      does: 'Do these manifests keep what was agreed?',
      command: 'natc assert -r rules.yaml manifests/ --node-name node-a',
    },
    {
      does: 'Does a branch open anything to the outside that main does not?',
      command: 'natc assert -r nothing-new-from-outside.yaml manifests/ --before main/manifests',
    },
    {
      does: 'And on every node of the cluster?',
      command: 'natc assert -r rules.yaml manifests/ --all-nodes --nodes nodes.yaml',
    },
    {
      does: 'Does the kernel of this node?',
      command: 'natc assert -r rules.yaml --live --cluster-cidr 10.180.0.0/16',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const { runAssert } = await import('./run.ts');
    return runAssert(command.opts<AssertFlags>(), terminal);
  },
};

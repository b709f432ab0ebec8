import { InvalidArgumentError } from 'commander';
import { type ClientGroup, groupKinds, parseClientGroup } from '../../reach/clients.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { addNodesOptions } from '../input/nodes-option.ts';
import { addCompileOptions } from '../shared-options.ts';
import { choiceOption, optionWith } from '../table-options.ts';
import { addSubjectOptions, type ReachFlags } from './options.ts';

export const reachCommand: CommandDefinition = {
  description:
    'List every address and port that answers some kind of client, with the Service behind it, the sources ' +
    'that are let in, and the line that makes it so. What other programs of the host listen on is not asked.',
  configure: (command) => {
    command
      .optionsGroup('Clients:')
      .addOption(
        optionWith(
          '--from <clients>',
          '{outside}, {pods}, {node}, {anyone}, or a CIDR or address of clients',
          'outside',
        )
          .argParser(clientGroup)
          .default({ kind: 'outside' }, 'outside'),
      )
      .option(
        '--cluster-ips',
        'with --from outside: list cluster IPs too, which answer whoever has a route to them',
      );
    addNodesOptions(
      addSubjectOptions(command),
      'answer for each Node object, once for those that answer alike',
    )
      .optionsGroup('Output:')
      .addOption(
        choiceOption(
          '-o, --output <format>',
          '{text}, json or markdown',
          ['text', 'json', 'markdown'],
          'text',
        ),
      )
      .option('--out-file <file>', 'write there, whole or not at all, instead of stdout');
    addCompletionOptions(command, true);
    addCompileOptions(command);
  },
  examples: [
    {
      does: 'What can clients outside the cluster reach? A table to sign off and to keep',
      command: 'natc reach --from outside manifests/ --out-file exposure.txt',
    },
    {
      does: 'What answers one office, as this node has it now?',
      command: 'natc reach --from 198.51.100.0/24 --live',
    },
    {
      does: 'On which nodes of the cluster is what open?',
      command: 'natc reach --from-cluster --all-nodes',
    },
    {
      does: 'What does the kube-proxy of this node answer clients outside?',
      command: 'natc reach kube-proxy',
    },
    {
      does: 'What could pods reach under a ruleset that a file holds?',
      command: 'natc reach --from pods --ruleset golden.nft --node-ip 192.168.0.2',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const { runReach } = await import('./run.ts');
    return runReach(command.opts<ReachFlags>(), terminal);
  },
};

function clientGroup(text: string): ClientGroup {
  const group = parseClientGroup(text);
  if (group !== undefined) return group;
  throw new InvalidArgumentError(
    `It must be ${groupKinds.join(', ')}, or a CIDR or address such as 198.51.100.0/24.`,
  );
}

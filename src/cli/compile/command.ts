import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { addCompileOptions } from '../shared-options.ts';
import { choiceOption, named } from '../table-options.ts';
import { outputFormats } from './output-formats.ts';
import type { CompileCommandFlags } from './run.ts';

export const compileCommand: CommandDefinition = {
  description:
    'Compile manifests into a ruleset on stdout. The text replaces whatever natc rules there were, in ' +
    'one transaction.',
  configure: (command) => {
    command
      .optionsGroup('Output:')
      .addOption(
        choiceOption(
          '-o, --output <format>',
          '{nft} or {iptables}: the ruleset; json: the ruleset as data; plan: what was decided, ' +
            'as data; summary: a table',
          Object.keys(outputFormats),
          'nft',
        ),
      )
      .option('--out-file <file>', 'write there, whole or not at all, instead of stdout')
      .option('--all-nodes', 'compile for each Node object of the input; needs --out-dir')
      .option('--out-dir <directory>', 'for --all-nodes: where to write NODE.nft')
      .option('--prune', 'for --all-nodes: remove the files of nodes that are not in the input')
      .addOption(
        // That of natc.yaml is where natc keeps what it gave the kernel.
        named(
          new Option(
            '--state-dir <directory>',
            'keep what was compiled there, and compile only what has changed since',
          ),
          'compiledDir',
        ),
      );
    addCompletionOptions(command, false);
    addCompileOptions(command);
  },
  examples: [
    {
      does: 'Manifests from Git, with what a control plane would allocate: to read, not for a node',
      command: 'natc compile --allocate -f deploy/ -o summary',
    },
    {
      does: 'Compile a directory of manifests for one node, and load the result',
      command:
        'natc compile -f manifests/ --node-name node-a --cluster-cidr 10.180.0.0/16 > rules.nft &&\n' +
        '  nft -f rules.nft',
    },
    {
      does: 'The same as iptables rules, for both families; docs/iptables.md says more',
      command:
        'natc compile -f manifests/ --node-name node-a -o iptables > rules &&\n' +
        '  iptables-restore --noflush < rules && ip6tables-restore --noflush < rules',
    },
    {
      does: 'Compile for all nodes at once, a file for each, e.g. for a configuration manager',
      command: 'natc compile --from-cluster --all-nodes --out-dir rulesets/',
    },
    {
      does: 'Every minute: only what has changed since is compiled, the text is the same',
      command:
        'natc compile --from-cluster --node-name node-a \\\n' +
        '  --state-dir /var/cache/natc --out-file rules.nft',
    },
    {
      does: "Compile what a cluster has now, with its kube-proxy's settings; show a table",
      command: 'natc compile --from-cluster --config kube-proxy.yaml -o summary',
    },
  ],
  exitCodes: [exitCodes.hostRefused],
  run: async (command, terminal) => {
    const { runCompile } = await import('./run.ts');
    return runCompile(command.opts<CompileCommandFlags>(), terminal);
  },
};

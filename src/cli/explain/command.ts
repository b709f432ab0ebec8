import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { backendChoice } from '../host-options.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { addSelectionOptions } from '../selection/options.ts';
import { addCompileOptions } from '../shared-options.ts';
import { choiceOption } from '../table-options.ts';
import type { ExplainFlags } from './options.ts';

export const explainCommand: CommandDefinition = {
  description:
    'Say what happens to the first packet of a connection, and why: where it is sent, dropped, refused ' +
    'or passed on untouched. It is walked through the ruleset; no packet is sent.',
  configure: (command) => {
    command
      .argument('<from>', 'source address, with or without :PORT; IPv6 with a port in brackets')
      .argument(
        '[to]',
        'ADDRESS:PORT, with /tcp (default), /udp, /sctp; ADDRESS/icmp; or a Service, as --service',
      )
      .optionsGroup('Packet:')
      .option('--in-interface <name>', 'where the packet comes in')
      .option('--service <[namespace/]name[:port]>', "take the Service's address and port");
    addSelectionOptions(command, 'of')
      .optionsGroup('Ruleset (default: compile what -f names):')
      .addOption(
        new Option(
          '--ruleset <file>',
          "a ruleset that natc compile wrote, or a listing of kube-proxy's",
        ).conflicts(['filename', 'fromCluster', 'live']),
      )
      .addOption(
        new Option('--live', 'the one in the kernel').conflicts(['filename', 'fromCluster']),
      )
      .addOption(backendChoice('whose rules to walk: {nftables} or {iptables}'))
      .optionsGroup('Output:')
      .addOption(choiceOption('-o, --output <format>', '{text} or json', ['text', 'json'], 'text'))
      .option('--trace', 'show every rule that was considered');
    addCompletionOptions(command, true);
    addCompileOptions(command);
  },
  examples: [
    {
      does: 'Where does a pod end up that connects to a cluster IP?',
      command: 'natc explain 10.180.0.7 172.30.1.10:80 manifests/ --node-name node-a',
    },
    {
      does: 'Can a client outside reach a node port, by the rules that a file holds?',
      command:
        'natc explain 203.0.113.9 192.168.0.2:30080 --ruleset golden.nft --node-ip 192.168.0.2',
    },
    {
      does: 'The same for a Service by its name, in the running kernel, with every rule',
      command: 'natc explain 10.180.0.7 shop/web:http --live --trace',
    },
    {
      does: 'What do the rules of a kube-proxy do, which nft list ruleset printed, and which lines are behind it?',
      command: 'natc explain 10.180.0.7 172.30.1.10:80 kube-proxy.nft manifests/',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const [from, to] = command.processedArgs as [string, string | undefined];
    const { runExplain } = await import('./run.ts');
    return runExplain(from, to, command.opts<ExplainFlags>(), terminal);
  },
};

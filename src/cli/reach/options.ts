import { type Command, Option } from 'commander';

/** What is asked about: manifests unless one of these is given. */
export const addSubjectOptions = (command: Command): Command =>
  command
    .optionsGroup('Ruleset (default: compile what -f names):')
    .addOption(
      new Option(
        '--ruleset <file>',
        "a ruleset that natc compile wrote, or a listing of kube-proxy's",
      ).conflicts(['filename', 'fromCluster', 'live']),
    )
    .addOption(new Option('--live', 'the one in the kernel').conflicts(['filename', 'fromCluster']))
    .addOption(
      new Option(
        '--backend <backend>',
        'whose rules to ask: nftables (default), or iptables, of manifests',
      )
        .choices(['nftables', 'iptables'])
        .default('nftables'),
    );

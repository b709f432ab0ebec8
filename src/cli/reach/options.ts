import { type Command, Option } from 'commander';
import type { BackendName } from '../../options.ts';
import type { ClientGroup } from '../../reach/clients.ts';
import { backendChoice } from '../host-options.ts';
import type { NodesFlags } from '../input/nodes-option.ts';
import type { CompileFlags } from '../shared-options.ts';

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
    .addOption(backendChoice('whose rules to ask: {nftables}, or {iptables}, of manifests'));

export interface ReachFlags extends SubjectFlags, NodesFlags {
  readonly from: ClientGroup;
  readonly clusterIps?: boolean;
  readonly output: 'text' | 'json' | 'markdown';
  readonly outFile?: string;
}

/** What names the ruleset that is asked about; none: manifests. */
export interface SubjectFlags extends CompileFlags {
  readonly ruleset?: string;
  readonly live?: boolean;
  readonly backend: BackendName;
}

import type { CompileOptions } from '../../options.ts';
import type { CompileFlags } from '../shared-options.ts';

/** Why a flag cannot stand beside `--all-nodes`: it tells of a single node. */
export function oneNodeFlagProblem(flags: CompileFlags): string | undefined {
  const { nodeName, hostnameOverride, nodeIp, zone, podCidr } = flags;
  const own = [nodeName ?? hostnameOverride, nodeIp, zone, podCidr];
  const names = ['--node-name', '--node-ip', '--zone', '--pod-cidr'];
  const given = names.find((_, index) => own[index] !== undefined);
  return given === undefined ? undefined : `${given} is for one node, --all-nodes for all`;
}

/** A configuration file may come from one node; what it says of that node is for no other. */
export const ofNoNode = (options: CompileOptions): CompileOptions => ({
  ...options,
  nodeName: undefined,
  nodeIPs: [],
  zone: undefined,
  podCIDRs: [],
});

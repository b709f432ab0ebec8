import { type CompileOptions, optionFlags } from '../../options.ts';
import type { CompileFlags } from '../shared-options.ts';

/** Why a flag cannot stand beside `--all-nodes`: it tells of a single node. */
export function oneNodeFlagProblem(flags: CompileFlags): string | undefined {
  const given = (['nodeName', 'nodeIPs', 'zone', 'podCIDRs'] as const).find(
    (name) => flags[name] !== undefined,
  );
  return given === undefined
    ? undefined
    : `${optionFlags[given]} is for one node, --all-nodes for all`;
}

/** A configuration file may come from one node; what it says of that node is for no other. */
export const ofNoNode = (options: CompileOptions): CompileOptions => ({
  ...options,
  nodeName: undefined,
  nodeIPs: [],
  zone: undefined,
  podCIDRs: [],
});

import { type Command, Option } from 'commander';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { collect } from '../option-values.ts';
import { readManifests } from './read-inputs.ts';

/** The flags with which a command answers for each node of a cluster. */
export interface NodesFlags {
  readonly allNodes?: boolean;
  readonly nodes?: readonly string[];
}

/** @param does what the command does for each node, as in `judge manifests for each Node object` */
export const addNodesOptions = (command: Command, does: string): Command =>
  command
    .addOption(new Option('--all-nodes', does))
    .option(
      '--nodes <path>',
      'file, directory or - with the Nodes, for --all-nodes (repeatable)',
      collect,
    );

export const isNode = ({ kind }: SourceObject): boolean => kind === 'Node';

/** Node objects that `--nodes` names, and what is wrong with the files. */
export interface GivenNodes {
  readonly objects: readonly SourceObject[];
  readonly diagnostics: readonly Diagnostic[];
}

export async function readNodes(
  paths: readonly string[],
  exclude: readonly string[] | undefined,
): Promise<GivenNodes> {
  const { readObjects } = await import('../../read/read.ts');
  const { inputs, diagnostics } = await readManifests(paths, exclude, true);
  const read = readObjects(inputs);
  return {
    objects: read.objects.filter(isNode),
    diagnostics: [...diagnostics, ...read.diagnostics, ...read.cutOff],
  };
}

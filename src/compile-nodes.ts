import { type CompileOutput, laidOutLater } from './compile.ts';
import { type Diagnostic, hasErrors } from './diagnostics/diagnostic.ts';
import type { Place } from './diagnostics/place.ts';
import type { SourceObject } from './diagnostics/source.ts';
import { buildModel } from './model/model.ts';
import type { CompileOptions } from './options.ts';
import { buildPlan } from './plan/build.ts';
import { sharedEndpointSources } from './plan/endpoint-sources.ts';

/** What one node of a cluster gets. */
export interface NodeCompilation {
  readonly node: string;
  /** What planning for this node had to say; much of it is the same for every node. */
  readonly diagnostics: readonly Diagnostic[];
  /** Missing when a diagnostic is an error. */
  readonly output: CompileOutput | undefined;
}

export interface NodesCompilation {
  /** Of the objects, whatever the node. */
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined when a diagnostic is an error. */
  readonly model: Pick<CompileOutput, 'cluster' | 'settings'> | undefined;
  /** Of the Node objects, sorted. */
  readonly names: readonly string[];
  /** What one of them gets; nothing is kept of it. */
  readonly compileNode: (name: string) => NodeCompilation;
  /** That of each, in the order of their names, made as it is asked for. */
  readonly nodes: Iterable<NodeCompilation>;
}

/**
 * Compiles one cluster for each of its Node objects. Objects are modelled and endpoints read once; at
 * any time only one node's plan and ruleset exist.
 *
 * @param options without what is a single node's own: `nodeName`, `nodeIPs`, `zone`, `podCIDRs`
 */
export function compileNodes(
  objects: readonly SourceObject[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map(),
): NodesCompilation {
  const { cluster, settings, diagnostics } = buildModel(objects, options, optionPlaces);
  const isSound = !hasErrors(diagnostics);
  const sources = sharedEndpointSources(cluster);
  const names = isSound ? cluster.nodes.map(({ name }) => name).sort() : [];
  const compileNode = (nodeName: string): NodeCompilation => {
    const own = { ...settings, nodeName };
    const { plan, diagnostics: found } = buildPlan(cluster, own, optionPlaces, sources);
    const output = hasErrors(found) ? undefined : laidOutLater({ cluster, settings: own, plan });
    return { node: nodeName, diagnostics: found, output };
  };
  function* nodes() {
    for (const name of names) yield compileNode(name);
  }
  const model = isSound ? { cluster, settings } : undefined;
  return { diagnostics, model, names, compileNode, nodes: nodes() };
}

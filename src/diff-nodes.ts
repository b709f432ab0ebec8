import { forNodesOf, prepareCluster, soundRuleset } from './compile.ts';
import { type Diagnostic, hasErrors } from './diagnostics/diagnostic.ts';
import type { Place } from './diagnostics/place.ts';
import type { SourceObject } from './diagnostics/source.ts';
import { withContests } from './diff/claims.ts';
import { concernedServices, onlyServices, withStandIns } from './diff/nodes/concerned-services.ts';
import type { NodeDiff } from './diff/nodes/node-groups.ts';
import type { CompareTraffic } from './diff/planned-side.ts';
import { type Surroundings, surroundingsOf } from './diff/surroundings.ts';
import type { Cluster, Node } from './model/cluster.ts';
import { formatNetwork } from './net/cidr.ts';
import { naturalCompare } from './net/natural-compare.ts';
import type { CompileOptions } from './options.ts';
import type { FamilyPlan, Plan } from './plan/plan.ts';
import { type Uncompiled, uncompiledServices } from './plan/uncompiled.ts';

export interface NodesInput {
  /** Of each side, Node objects among them. */
  readonly before: readonly SourceObject[];
  readonly after: readonly SourceObject[];
  /** The same as somebody wrote them, where natc filled in what a control plane would; absent: nothing was. */
  readonly written?: readonly [before: readonly SourceObject[], after: readonly SourceObject[]];
  /** Without what is a single node's own: `nodeName`, `nodeIPs`, `zone`, `podCIDRs`. */
  readonly options: CompileOptions;
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  /** By the rules of one backend. */
  readonly compareTraffic: CompareTraffic;
  /** Whether to draw the Services that change. */
  readonly isMapped: boolean;
}

export interface NodesComparison {
  /** Of both sides' objects, and of their plans for the first node. */
  readonly diagnostics: readonly Diagnostic[];
  /** Names of Node objects that one side alone has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Of each node of both sides, those that either side lists. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Of each side, the Services that could not be compiled in full. */
  readonly uncompiled: readonly [before: readonly Uncompiled[], after: readonly Uncompiled[]];
  /** One for each node of both sides, in the order of their names, made as it is asked for. */
  readonly diffs: Iterable<NodeDiff & { readonly diagnostics: readonly Diagnostic[] }>;
}

/**
 * Compares what two clusters do to packets, on each node that both have. Objects are modelled once, and
 * what is the same on both sides and meets nothing that is not is left aside (see
 * {@link concernedServices}): a node costs little more than the Services that change.
 */
export function compareNodes(input: NodesInput): NodesComparison {
  const { options, optionPlaces } = input;
  const old = prepareCluster(input.before, options, { optionPlaces });
  const next = prepareCluster(input.after, options, { optionPlaces });
  const modelled = [...old.diagnostics, ...next.diagnostics];
  if (old.forNode === undefined || next.forNode === undefined)
    return {
      ...{ diagnostics: modelled, onlyBefore: [], onlyAfter: [], diffs: [], addresses: new Map() },
      uncompiled: [[], []],
    };

  const nodes = { before: nodesByName(old.cluster), after: nodesByName(next.cluster) };
  const names = [...nodes.before.keys()].filter((name) => nodes.after.has(name));
  const without = (a: ReadonlyMap<string, Node>, b: ReadonlyMap<string, Node>) =>
    [...a.keys()].filter((name) => !b.has(name));
  const whole = [old.forNode, next.forNode] as const;
  const clusters = [old.cluster, next.cluster] as const;
  const keys = withStandIns(concernedServices(...clusters), clusters);
  const part = [
    forNodesOf({ ...old, cluster: onlyServices(old.cluster, keys) }, { optionPlaces }),
    forNodesOf({ ...next, cluster: onlyServices(next.cluster, keys) }, { optionPlaces }),
  ] as const;
  const [first] = names;
  const planned = first === undefined ? [] : whole.flatMap((forNode) => forNode(first).diagnostics);
  const diagnostics = [...modelled, ...planned];
  // Most of what one node's plan has to say, all the others' say too, of other numbers of Services.
  const known = new Set(diagnostics.map(({ code }) => code));

  const [writtenBefore, writtenAfter] = input.written ?? [];
  const surroundings = surroundingsOf(
    {
      cluster: old.cluster,
      settings: old.settings,
      ...(writtenBefore && { written: writtenBefore }),
    },
    {
      cluster: next.cluster,
      settings: next.settings,
      ...(writtenAfter && { written: writtenAfter }),
    },
  );

  function diffNode(node: string) {
    const isSame = factsText(nodes.before.get(node)) === factsText(nodes.after.get(node));
    const [before, after] = (isSame ? part : whole).map((forNode) => forNode(node));
    if (before === undefined || after === undefined) throw new Error('two sides');
    const compared = comparePlans(before.plan, after.plan, addressesOf(node), {
      ...input,
      surroundings: surroundings(node),
    });
    const news = [...before.diagnostics, ...after.diagnostics].filter(
      ({ code }) => !known.has(code),
    );
    for (const { code } of news) known.add(code);
    return { node, ...compared, diagnostics: news };
  }
  function addressesOf(node: string): readonly string[] {
    return [nodes.before, nodes.after].flatMap((of) => of.get(node)?.addresses ?? []);
  }
  function* diffs() {
    for (const name of names) yield diffNode(name);
  }
  return {
    diagnostics,
    onlyBefore: without(nodes.before, nodes.after),
    onlyAfter: without(nodes.after, nodes.before),
    addresses: new Map(names.map((name) => [name, [...new Set(addressesOf(name))]])),
    uncompiled: [
      uncompiledServices(input.before, old.cluster, old.settings),
      uncompiledServices(input.after, next.cluster, next.settings),
    ],
    diffs: hasErrors(diagnostics) ? [] : diffs(),
  };
}

const nodesByName = ({ nodes }: Cluster): ReadonlyMap<string, Node> =>
  new Map(
    [...nodes].sort((a, b) => naturalCompare(a.name, b.name)).map((node) => [node.name, node]),
  );

/** What the plan takes from a Node object. */
const factsText = (node: Node | undefined): string =>
  JSON.stringify([node?.addresses, node?.podCIDRs, node?.zone]);

function comparePlans(
  before: Plan,
  after: Plan,
  addresses: readonly string[],
  {
    options,
    compareTraffic,
    isMapped,
    ...of
  }: NodesInput & { readonly surroundings: Surroundings },
): Pick<NodeDiff, 'diff'> {
  const own = options.detectLocalMode === 'NodeCIDR' ? ownPodNetworks(before, after) : [];
  const surroundings: Surroundings = {
    ...of.surroundings,
    ownPodNetworks: new Set(own),
    ...(isMapped && { drawn: 'changed' }),
  };
  const diff = compareTraffic(
    { plan: before, ruleset: soundRuleset(before).ruleset },
    { plan: after, ruleset: soundRuleset(after).ruleset },
    new Set(addresses),
    surroundings,
  );
  return { diff: withContests(diff, before, after, surroundings.blame) };
}

/** Where a node's pods have other networks on one side than on the other, a reader needs to see both. */
function ownPodNetworks(before: Plan, after: Plan): readonly string[] {
  const networks = (plan: Plan): readonly string[] => plan.families.flatMap(detectedNetwork);
  const [was, is] = [networks(before), networks(after)];
  return was.join() === is.join() ? was : [];
}

const detectedNetwork = ({ localDetector }: FamilyPlan): readonly string[] =>
  localDetector?.kind === 'source-cidr' ? [formatNetwork(localDetector.cidr)] : [];

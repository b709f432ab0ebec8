import { type Diagnostic, hasErrors } from './diagnostics/diagnostic.ts';
import type { Place } from './diagnostics/place.ts';
import type { SourceObject } from './diagnostics/source.ts';
import type { Cluster, Node } from './model/cluster.ts';
import { buildModel } from './model/model.ts';
import type { Settings } from './model/settings.ts';
import type { Ruleset } from './nftables/ast.ts';
import { assemble, type FamilyFragments, planFragments } from './nftables/layout/build.ts';
import { verifyRuleset } from './nftables/verify.ts';
import type { CompileOptions } from './options.ts';
import { buildPlan } from './plan/build.ts';
import type { ServedBeside } from './plan/checks/planned.ts';
import { type EndpointSources, sharedEndpointSources } from './plan/endpoint-sources.ts';
import type { Plan } from './plan/plan.ts';

export type RunStage = <T>(stage: 'model' | 'plan' | 'ruleset', work: () => T) => T;

/**
 * What compiling a part of a cluster has to know of the rest. It decides about warnings alone: what a
 * Service contributes depends on no other.
 */
export interface Beside {
  readonly nodes: readonly Node[];
  readonly families: ServedBeside;
}

const nothingBeside: Beside = { nodes: [], families: new Map() };

/** What compiling gave; `output` is missing when a diagnostic is an error. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  readonly output: CompileOutput | undefined;
}

/** What one node gets of a cluster. */
export interface NodeCompilation extends Compilation {
  /** Whole even where a diagnostic is an error. */
  readonly plan: Plan;
}

/**
 * Compiles for one node.
 *
 * @param nodeName a Node object's; undefined: what the options say of the node
 * @returns diagnostics of the plan alone; many are the same for every node
 */
export type ForNode = (nodeName?: string) => NodeCompilation;

/** A cluster's objects, modelled: what is the same for all its nodes. */
export interface PreparedCluster {
  /** Of the objects, whatever the node. */
  readonly diagnostics: readonly Diagnostic[];
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** Of the Node objects, sorted. */
  readonly nodeNames: readonly string[];
  /** Undefined when a diagnostic is an error. */
  readonly forNode: ForNode | undefined;
}

export interface CompileOutput {
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly plan: Plan;
  /** What each Service contributes to the ruleset. */
  readonly fragments: readonly FamilyFragments[];
  readonly ruleset: Ruleset;
}

/** What callers may know besides objects and options. */
export interface CompileContext {
  /** Where options were set that did not come from flags. */
  readonly optionPlaces?: ReadonlyMap<keyof CompileOptions, Place>;
  /** Runs each stage, e.g. to take its time. */
  readonly runStage?: RunStage;
  /** What is known of objects that are compiled already, see {@link Beside}. */
  readonly beside?: Beside;
  /**
   * Whether the ruleset is needed for certain; else it is laid out when somebody asks for it. If not said, it is that of
   * the options' node and not those of nodes that are named.
   */
  readonly laysOut?: boolean;
}

/**
 * The pipeline on one page: objects -> model -> plan -> ruleset, for the node of the options. Pure: the same objects
 * and options give the same result, in whatever order the objects come.
 *
 * @param objects as {@link readObjects} gives them
 * @throws only when natc itself is wrong: the ruleset names something that is not there
 */
export function compile(
  objects: readonly SourceObject[],
  options: CompileOptions,
  context: CompileContext = {},
): Compilation {
  const { diagnostics, forNode } = prepareCluster(objects, options, context);
  const compiled = forNode?.();
  return {
    diagnostics: [...diagnostics, ...(compiled?.diagnostics ?? [])],
    output: compiled?.output,
  };
}

/**
 * The first half: objects -> model. Whoever compiles a cluster for several nodes does this once.
 *
 * @param options for several nodes without what is a single node's own: `nodeName`, `nodeIPs`, `zone`, `podCIDRs`
 */
export function prepareCluster(
  objects: readonly SourceObject[],
  options: CompileOptions,
  context: CompileContext = {},
): PreparedCluster {
  const { optionPlaces = noPlaces, runStage = justRun, beside = nothingBeside } = context;
  const model = runStage('model', () => buildModel(objects, options, optionPlaces, beside.nodes));
  const { cluster, settings, diagnostics } = model;
  const isSound = !hasErrors(diagnostics);
  return {
    ...{ diagnostics, cluster, settings },
    nodeNames: cluster.nodes.map(({ name }) => name).sort(),
    forNode: isSound ? forNodesOf({ cluster, settings }, context) : undefined,
  };
}

/** The second half: model -> plan -> ruleset. What the plans of several nodes have in common is made once. */
export function forNodesOf(
  { cluster, settings }: Pick<PreparedCluster, 'cluster' | 'settings'>,
  context: CompileContext = {},
): ForNode {
  const { optionPlaces = noPlaces, runStage = justRun, beside = nothingBeside } = context;
  let shared: EndpointSources | undefined;
  return (nodeName) => {
    if (nodeName !== undefined) shared ??= sharedEndpointSources(cluster);
    const own = nodeName === undefined ? settings : { ...settings, nodeName };
    const { plan, diagnostics } = runStage('plan', () =>
      buildPlan(cluster, own, optionPlaces, shared, beside.families),
    );
    if (hasErrors(diagnostics)) return { plan, diagnostics, output: undefined };
    const laysOut = context.laysOut ?? nodeName === undefined;
    const rules = laysOut ? runStage('ruleset', () => soundRuleset(plan)) : undefined;
    return { plan, diagnostics, output: laidOutLater({ cluster, settings: own, plan }, rules) };
  };
}

const noPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map();

const justRun: RunStage = (_, work) => work();

type Rules = Pick<CompileOutput, LaidOut>;

const rulesOf = new WeakMap<CompileOutput, { made: Rules | undefined }>();

/**
 * What was compiled, with the ruleset made the first time that somebody asks for it: other backends need none.
 *
 * @param laidOut where it is made already
 */
export function laidOutLater(
  compiled: Omit<CompileOutput, LaidOut>,
  laidOut?: Rules,
): CompileOutput {
  const rules: { made: Rules | undefined } = { made: laidOut };
  const made = (): Rules => {
    rules.made ??= soundRuleset(compiled.plan);
    return rules.made;
  };
  const output: CompileOutput = {
    ...compiled,
    get fragments() {
      return made().fragments;
    },
    get ruleset() {
      return made().ruleset;
    },
  };
  rulesOf.set(output, rules);
  return output;
}

/**
 * Lets go of the fragments and the ruleset of a compilation, which take more memory than what they are written
 * from and to. Whoever asks for them afterwards has them laid out anew.
 */
export function letGoOfRules(output: CompileOutput): void {
  const rules = rulesOf.get(output);
  if (rules !== undefined) rules.made = undefined;
}

type LaidOut = 'fragments' | 'ruleset';

/** The plan as a ruleset in which nothing is missing. @throws when it has a defect */
export function soundRuleset(plan: Plan): Rules {
  const fragments = planFragments(plan);
  const ruleset = assemble(fragments);
  const defects = verifyRuleset(ruleset);
  if (defects.length > 0) throw new Error(`defective ruleset: ${defects.join('; ')}`);
  return { fragments, ruleset };
}

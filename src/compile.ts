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

export interface CompileOutput {
  readonly cluster: Cluster;
  readonly settings: Settings;
  readonly plan: Plan;
  /** What each Service contributes to the ruleset. */
  readonly fragments: readonly FamilyFragments[];
  readonly ruleset: Ruleset;
}

/**
 * The pipeline on one page: objects -> model -> plan -> ruleset. Pure: the same objects and options
 * give the same result, in whatever order the objects come.
 *
 * @param objects as {@link readObjects} gives them
 * @param optionPlaces where options were set that did not come from flags
 * @param runStage runs each stage, e.g. to take its time
 * @param beside what is known of objects that are compiled already, see {@link Beside}
 * @param isLaidOut whether the ruleset is needed for certain; else it is laid out when somebody asks for it
 * @throws only when natc itself is wrong: the ruleset names something that is not there
 */
export function compile(
  objects: readonly SourceObject[],
  options: CompileOptions,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map(),
  runStage: RunStage = (_, work) => work(),
  beside: Beside = nothingBeside,
  isLaidOut = true,
): Compilation {
  const model = runStage('model', () => buildModel(objects, options, optionPlaces, beside.nodes));
  if (hasErrors(model.diagnostics)) return { diagnostics: model.diagnostics, output: undefined };

  const { cluster, settings } = model;
  const planned = runStage('plan', () =>
    buildPlan(cluster, settings, optionPlaces, undefined, beside.families),
  );
  const diagnostics = [...model.diagnostics, ...planned.diagnostics];
  if (hasErrors(diagnostics)) return { diagnostics, output: undefined };

  const compiled = { cluster, settings, plan: planned.plan };
  return {
    diagnostics,
    output: isLaidOut
      ? laidOutLater(
          compiled,
          runStage('ruleset', () => soundRuleset(planned.plan)),
        )
      : laidOutLater(compiled),
  };
}

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

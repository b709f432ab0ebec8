import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { type IgnoreRule, type Ignoring, ignoreAnnotationOf } from '../../diagnostics/ignore.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import type { CompileFlags } from '../shared-options.ts';

/** What a compilation is not to say. */
export interface Ignores {
  readonly ignoring: Ignoring | undefined;
  /** Of natc.yaml. */
  readonly rules: readonly IgnoreRule[];
  /** Whether what a rule is about would be found; undefined: rules that are in vain are not told. */
  readonly isLookedFor: ((rule: IgnoreRule) => boolean) | undefined;
}

export const ignoresOf = (
  { ignoring, natc, filename, fromCluster }: CompileFlags,
  judges: boolean,
): Ignores => {
  const input = natc?.commandOptions;
  // Other manifests than those of natc.yaml are perhaps a part of them.
  const isItsInput =
    input?.fromCluster === true
      ? fromCluster === true
      : input?.filename === undefined || input.filename === filename;
  const isLookedFor = ({ code, from }: IgnoreRule): boolean =>
    !isOfMachine(code) && (from === 'annotation' || isItsInput);
  return {
    ignoring,
    rules: natc?.ignore ?? [],
    isLookedFor: judges ? isLookedFor : undefined,
  };
};

/** What depends on the machine, or on how the ruleset gets into its kernel. */
const isOfMachine = (code: string): boolean => /^NATC([45]|303[67])/.test(code);

/** What is left to hear, and what is wrong with what says what is not. */
export interface Told {
  readonly heard: readonly Diagnostic[];
  readonly complaints: readonly Diagnostic[];
}

/**
 * Leaves out what is ignored, by natc.yaml and by annotations of the objects, and says what is wrong with
 * these where somebody wants to know: on a node, whoever wrote an annotation does not see it.
 *
 * @param objects those that the diagnostics are about, the very same
 */
export async function withoutIgnored(
  { ignoring, isLookedFor }: Ignores,
  objects: readonly SourceObject[],
  diagnostics: readonly Diagnostic[],
): Promise<Told> {
  if (ignoring === undefined) return { heard: diagnostics, complaints: [] };
  const annotated = objects.filter((object) => ignoreAnnotationOf(object) !== undefined);
  const found = annotated.length === 0 ? [] : await annotatedWith(ignoring, annotated);
  const heard = ignoring.silence(diagnostics);
  if (isLookedFor === undefined) return { heard, complaints: [] };
  // After an error nobody looked any further.
  const inVain = ignoring.unmatched((rule) => !hasErrors(heard) && isLookedFor(rule));
  return { heard, complaints: [...found, ...inVain] };
}

async function annotatedWith(
  ignoring: Ignoring,
  objects: readonly SourceObject[],
): Promise<readonly Diagnostic[]> {
  const { annotatedRules } = await import('../../model/ignore-rules.ts');
  const { withoutCopies } = await import('../../model/copies.ts');
  // Of copies nothing is found.
  const { rules, diagnostics } = annotatedRules(withoutCopies(objects).objects);
  ignoring.add(rules);
  return diagnostics;
}

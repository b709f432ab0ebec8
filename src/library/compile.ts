import { type Compilation, type CompileOutput, compile } from '../compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { iptablesRulesets } from '../iptables/layout/build.ts';
import { renderIptablesRestore } from '../iptables/render/iptables-restore.ts';
import { type CompileOptions, defaultOptions } from '../options.ts';
import { sayUncompiled, uncompiledServices } from '../plan/uncompiled.ts';
import type { Input } from '../read/inputs.ts';
import { readObjects } from '../read/read.ts';

/**
 * Compiles objects into the ruleset of one node. Pure: the same objects and options give the same bytes, in
 * whatever order the objects come.
 *
 * @param objects as {@link readObjects} gives them
 * @param options those that differ from {@link defaultOptions}; named and meant as kube-proxy's settings
 * @returns what was found, and the output; no output where one of the diagnostics is an error
 */
export const compileWithDefaults = (
  objects: readonly SourceObject[],
  options: Partial<CompileOptions> = {},
): Compilation => compile(objects, { ...defaultOptions, ...options });

/**
 * All that is wrong with manifests, as `natc check` says it without the kernel: what cannot be read, what the API
 * server would refuse, what is served otherwise than it looks, and Services that are not compiled in full.
 *
 * @returns diagnostics in the order in which they were found; none: nothing is wrong
 */
export function check(
  inputs: readonly Input[],
  options: Partial<CompileOptions> = {},
): readonly Diagnostic[] {
  const { objects, diagnostics } = readObjects(inputs);
  const compilation = compileWithDefaults(objects, options);
  const { output } = compilation;
  const incomplete =
    output === undefined
      ? []
      : sayUncompiled(uncompiledServices(objects, output.cluster, output.settings));
  return [...diagnostics, ...compilation.diagnostics, ...incomplete];
}

/** What `iptables-restore` and `ip6tables-restore` take, for the same Services: `natc compile -o iptables`. */
export const renderIptables = ({ plan }: Pick<CompileOutput, 'plan'>): string =>
  renderIptablesRestore(iptablesRulesets(plan));

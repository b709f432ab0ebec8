/** A compilation as `natc compile --state-dir` does it, from nothing and from what is known. */
import { compile } from '../../src/compile.ts';
import type { Diagnostic, Severity } from '../../src/diagnostics/diagnostic.ts';
import { formatJson } from '../../src/diagnostics/format-json.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { renderWritten } from '../../src/nftables/canonical/render-written.ts';
import { writeRuleset } from '../../src/nftables/canonical/write.ts';
import { digestOf } from '../../src/nftables/canonical/written.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { type FlowService, flowServices } from '../../src/plan/flows.ts';
import type { Input } from '../../src/read/inputs.ts';
import { locate } from '../../src/read/locate.ts';
import { readObjects } from '../../src/read/read.ts';
import { compileChanges } from '../../src/recompile/compile-changes.ts';
import { splitItems } from '../../src/recompile/items.ts';
import type { KnownCompilation } from '../../src/recompile/known.ts';
import { remember } from '../../src/recompile/remember.ts';
import {
  familyFragmentsOf,
  knownFlowServices,
  writtenOf,
} from '../../src/recompile/written-known.ts';

/** What may be seen of a compilation; undefined where there is none after an error. */
export interface Seen {
  readonly text: string | undefined;
  readonly digest: string | undefined;
  readonly flows: readonly FlowService[] | undefined;
  /** As JSON, with their positions. */
  readonly said: string;
}

export interface FullCompilation extends Seen {
  /** Undefined after an error, and where the objects of the input cannot be told apart. */
  readonly known: KnownCompilation | undefined;
}

const told = (diagnostics: readonly Diagnostic[], least: Severity): string =>
  formatJson(makeReport(diagnostics, { locate, least, limit: 1000 }));

export function compileInFull(
  input: Input,
  options: CompileOptions = defaultOptions,
  least: Severity = 'warning',
): FullCompilation {
  const { objects, skipped, diagnostics } = readObjects([input]);
  const { output, diagnostics: more } = compile(objects, options);
  const said = told([...diagnostics, ...more], least);
  if (output === undefined)
    return { text: undefined, digest: undefined, flows: undefined, said, known: undefined };
  const others = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const finished = { objects, output, diagnostics: more };
  return {
    text: renderNft(output.ruleset),
    digest: digestOf(writeRuleset(output.fragments)),
    flows: flowServices(output.plan),
    said,
    known: remember(finished, splitItems([input]), others, ''),
  };
}

export interface ChangedCompilation extends Seen {
  readonly known: KnownCompilation | undefined;
  /** The Services that were compiled. */
  readonly services: ReadonlySet<string>;
}

/** @returns why everything has to be compiled, where it has */
export function compileFrom(
  known: KnownCompilation,
  input: Input,
  options: CompileOptions = defaultOptions,
  least: Severity = 'warning',
): ChangedCompilation | string {
  const result = compileChanges(known, splitItems([input]), [input], {
    options,
    optionPlaces: new Map(),
    withNotes: least === 'note',
  });
  if (result.kind === 'everything') return result.because;
  const said = told(result.diagnostics, least);
  const { changed } = result;
  if (changed === undefined) {
    const nothing = { text: undefined, digest: undefined, flows: undefined, known: undefined };
    return { ...nothing, said, services: new Set() };
  }
  const { plan } = changed.output;
  return {
    text: renderWritten(familyFragmentsOf(changed.known.groups, plan)),
    digest: digestOf(writtenOf(changed.known, plan)),
    flows: knownFlowServices(changed.known, plan),
    said,
    known: changed.known,
    services: changed.services,
  };
}

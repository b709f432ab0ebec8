import type { Assertion } from '../../assert/assertion.ts';
import { assertionKinds, assertionsOf } from '../../assert/read-assertions.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { readInputs } from '../input/read-inputs.ts';

export interface LoadedAssertions {
  /** Undefined when a diagnostic is an error. */
  readonly assertions: readonly Assertion[] | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads files of assertions, all of them or none. A name stands for one assertion in all files together. */
export async function readAssertionFiles(paths: readonly string[]): Promise<LoadedAssertions> {
  const { readObjects } = await import('../../read/read.ts');
  const { refusingCutOff } = await import('../../read/cut-off.ts');
  const { inputs, diagnostics: unread } = await readInputs(paths);
  const read = readObjects(inputs, assertionKinds);
  const found = [...unread, ...refusingCutOff([...read.diagnostics, ...read.cutOff])];
  if (hasErrors(found)) return { assertions: undefined, diagnostics: found };
  const { assertions, diagnostics } = assertionsOf(read.objects, paths.join(', '));
  const all = [...found, ...diagnostics];
  return { assertions: hasErrors(all) ? undefined : assertions, diagnostics: all };
}

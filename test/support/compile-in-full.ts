/** A compilation as `natc compile --state-dir` does it when there is nothing to start from. */
import { compile } from '../../src/compile.ts';
import { isPrinted } from '../../src/diagnostics/diagnostic.ts';
import { splitItems } from '../../src/incremental/items.ts';
import { type Remembered, remember } from '../../src/incremental/remembered.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import type { Input } from '../../src/read/inputs.ts';
import { readObjects } from '../../src/read/read.ts';
import { renderNft } from '../../src/render/nft.ts';

export interface FullCompilation {
  /** Undefined after an error. */
  readonly text: string | undefined;
  /** Neither errors nor warnings. */
  readonly isSilent: boolean;
  /** Undefined where there is nothing to start the next one from. */
  readonly remembered: Remembered | undefined;
}

export function compileInFull(
  input: Input,
  options: CompileOptions = defaultOptions,
): FullCompilation {
  const { objects, skipped, diagnostics } = readObjects([input]);
  const { output, diagnostics: more } = compile(objects, options);
  const isSilent = ![...diagnostics, ...more].some(isPrinted);
  if (output === undefined) return { text: undefined, isSilent, remembered: undefined };
  const text = renderNft(output.ruleset);
  const others = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const remembered = isSilent
    ? remember(output, text, splitItems([input]), objects, others, '')
    : undefined;
  return { text, isSilent, remembered };
}

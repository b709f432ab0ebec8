import { compile } from '../../src/compile.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import type { CompileOptions } from '../../src/options.ts';
import { objectOf } from './objects.ts';

/** Compiles Kubernetes objects to nftables text; throws when natc calls them invalid. */
export function compileObjects(objects: readonly object[], options: CompileOptions): string {
  const { output, diagnostics } = compile(
    objects.map((object) => objectOf(object)),
    options,
  );
  if (output === undefined) {
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'));
  }
  return renderNft(output.ruleset);
}

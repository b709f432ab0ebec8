import { stat } from 'node:fs/promises';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { CompileFlags } from '../shared-options.ts';

/**
 * Says of patterns of `--exclude` that they leave nothing out: whoever misspelt one takes what is compiled for less than
 * it is. Those of natc.yaml are for all manifests of a repository, of which a command may well read a few.
 *
 * @param excludedBy the patterns that do leave something out
 */
export async function excludedInVain(
  { exclude = [], natc, base }: Pick<CompileFlags, 'exclude' | 'natc' | 'base'>,
  excludedBy: ReadonlySet<string>,
): Promise<readonly Diagnostic[]> {
  const inVain = exclude.filter((pattern) => !excludedBy.has(pattern));
  if (inVain.length === 0 || exclude === natc?.commandOptions.exclude) return [];
  // What is read there is not known yet.
  if (typeof base === 'string' && (await isDirectory(base))) return [];
  return inVain.map((pattern) => ({
    code,
    severity: 'warning',
    message: `--exclude ${quote(pattern)} leaves nothing out: no manifest and no directory that natc would read matches`,
    places: [{ kind: 'option', option: '--exclude', value: pattern }],
    hint: 'a pattern without a slash is a name anywhere, one with a slash a path from here or from the directory that is read',
  }));
}

const code = 'NATC3060';

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

/**
 * What was found on the sides of a comparison, one after the other. A pattern that leaves something out on any of them is
 * not in vain, and one that leaves nothing out anywhere is told of once.
 *
 * @param isRead whether objects were read for the side: manifests, or a cluster
 */
export function saidOfSides<T extends { readonly diagnostics: readonly Diagnostic[] }>(
  sides: readonly T[],
  isRead: (side: T) => boolean,
): readonly Diagnostic[] {
  const read = sides.filter(isRead);
  const has = ({ diagnostics }: T, pattern: string): boolean =>
    diagnostics.some((each) => each.code === code && patternOf(each) === pattern);
  return sides.flatMap((side) =>
    side.diagnostics.filter((each) => {
      if (each.code !== code) return true;
      return side === read[0] && read.every((other) => has(other, patternOf(each)));
    }),
  );
}

const patternOf = ({ places: [place] }: Diagnostic): string =>
  place?.kind === 'option' ? place.value : '';

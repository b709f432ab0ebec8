import type { WrittenSide } from '../../complete.ts';
import type { CompileOptions } from '../../options.ts';
import { type LaidSide, layBoth, layOn, readBase } from '../input/base.ts';
import { readFindings } from '../input/compile-input.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { DiffFlags } from './options.ts';

/** A side that is compiled. */
interface Side extends WrittenSide {
  readonly kind: 'manifests' | 'cluster';
}

/**
 * Whether the new side is what `kubectl apply` would make of the old one: of a cluster it is, unless somebody says no.
 *
 * @param kinds of the sides
 */
export const isOnOld = (
  [old, next]: readonly [string, string],
  { isOnOld: isAsked, base }: CompileFlags & Pick<DiffFlags, 'isOnOld' | 'prune'>,
): boolean => isAsked === true || (base === undefined && old === 'cluster' && next === 'manifests');

/**
 * Lays manifests on the cluster that the flags name, or on the old side where that is one.
 *
 * @param sides those that are compiled, of one diff
 */
export async function layDiff(
  sides: readonly Side[],
  flags: CompileFlags & Pick<DiffFlags, 'isOnOld' | 'prune'>,
  options: CompileOptions,
): Promise<readonly LaidSide[]> {
  const [old, next] = sides;
  const isWhole = old !== undefined && next !== undefined;
  const plain = (side: WrittenSide): LaidSide => ({ ...side, diagnostics: [] });
  if (flags.isOnOld === true && isWhole) return [plain(old), await layOn(old, next, options)];
  const base = await readBase(flags, (read) => readFindings(read, options));
  if (base === undefined) return sides.map(plain);
  const { diagnostics } = base;
  if (isWhole && [old, next].every(({ kind }) => kind === 'manifests')) {
    const laid = await layBoth(base, [old, next], flags.prune === true, options);
    const [first, second] = laid.sides;
    const found = [...diagnostics, ...first.diagnostics];
    return [
      { ...first, diagnostics: found },
      { ...second, diagnostics: [...laid.diagnostics, ...second.diagnostics] },
    ];
  }
  return Promise.all(
    sides.map(async (side, index) => {
      const laid = side.kind === 'cluster' ? plain(side) : await layOn(base, side, options);
      return index > 0 ? laid : { ...laid, diagnostics: [...diagnostics, ...laid.diagnostics] };
    }),
  );
}

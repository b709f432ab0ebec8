import type { CompletedSide, WrittenSide } from '../../complete.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { objectName } from '../../diagnostics/object-name.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import type { CompileOptions } from '../../options.ts';
import type { ReadResult } from '../../read/read.ts';
import type { CompileFlags } from '../shared-options.ts';
import { listInputs } from './cluster-input.ts';
import { completeSides, completionSettings } from './completion.ts';
import type { LockFlags } from './lock.ts';
import { readManifests } from './read-inputs.ts';

/** What says which cluster manifests are laid on. */
export type BaseFlags = Pick<
  CompileFlags,
  'base' | 'exclude' | 'kubeconfig' | 'context' | 'requestTimeout'
>;

/** What a cluster holds, and what is to be said of how that is written. */
export interface Base extends WrittenSide {
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads what `--base` names: a file or directory, or `cluster`; undefined where there is none. */
export async function readBase(
  flags: BaseFlags,
  findings: (read: ReadResult) => readonly Diagnostic[],
): Promise<Base | undefined> {
  const { base } = flags;
  if (typeof base !== 'string') return undefined;
  const { readObjects } = await import('../../read/read.ts');
  const { inputs, diagnostics } =
    base === 'cluster'
      ? await listInputs(flags, undefined, true)
      : await readManifests([base], flags.exclude, true);
  const read = readObjects(inputs, undefined, true);
  const { objects, others } = read;
  return { objects, others, diagnostics: [...diagnostics, ...findings(read)] };
}

/** Manifests on a cluster, or as they are where there is none, and what was found while they were laid on it. */
export interface LaidSide extends WrittenSide {
  readonly diagnostics: readonly Diagnostic[];
}

/** What `kubectl apply` makes of a cluster. */
export async function layOn(
  base: WrittenSide | undefined,
  side: WrittenSide,
  options: CompileOptions,
): Promise<LaidSide> {
  if (base === undefined) return { ...side, diagnostics: [] };
  const { overlay } = await import('../../overlay/overlay.ts');
  const { oneNode, networks } = completionSettings(options);
  return overlay(base, side, { oneNode, validate: networks.validate });
}

/** Two sides of a diff on one cluster. */
export interface LaidSides {
  readonly sides: readonly [LaidSide, LaidSide];
  /** Of what `kubectl apply` leaves where it is. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lays both sides on a cluster.
 *
 * @param prunes whether what the old side has and the new one has not is deleted
 */
export async function layBoth(
  base: WrittenSide,
  [old, next]: readonly [WrittenSide, WrittenSide],
  prunes: boolean,
  options: CompileOptions,
): Promise<LaidSides> {
  const { keyOf } = await import('../../overlay/overlay.ts');
  const keysOf = ({ objects, others }: WrittenSide) => new Set([...objects, ...others].map(keyOf));
  const [held, left] = [keysOf(base), keysOf(next)];
  const missing = [...old.objects, ...old.others].filter(
    (object) => held.has(keyOf(object)) && !left.has(keyOf(object)),
  );
  const gone = new Set(prunes ? missing.map(keyOf) : []);
  const stays = (object: SourceObject): boolean => !gone.has(keyOf(object));
  const pruned = { objects: base.objects.filter(stays), others: base.others.filter(stays) };
  return {
    sides: [await layOn(base, old, options), await layOn(pruned, next, options)],
    diagnostics: prunes ? [] : missing.filter(({ kind }) => kind === 'Service').map(notDeleted),
  };
}

const notDeleted = (object: SourceObject): Diagnostic => ({
  code: 'NATC2154',
  severity: 'warning',
  message: `${objectName(object)} is not among the new manifests, and stays in the cluster: kubectl apply deletes nothing`,
  places: [{ kind: 'field', object, path: ['metadata', 'name'] }],
  hint: '--prune compares as if it were deleted, as Argo CD and Flux do',
});

/** Completes one input on its base, with what was found on the way. */
export async function completeOn(
  base: Base | undefined,
  side: WrittenSide,
  options: CompileOptions,
  flags: LockFlags,
): Promise<CompletedSide | undefined> {
  const laid = await layOn(base, side, options);
  const [completed] = await completeSides([laid], options, flags);
  return (
    completed && {
      ...completed,
      diagnostics: [...(base?.diagnostics ?? []), ...laid.diagnostics, ...completed.diagnostics],
    }
  );
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { CollectedInputs, CollectOptions } from '../../read/inputs.ts';
import type { CompileFlags } from '../shared-options.ts';

/** Read once: a side of a diff is looked into before it is known what it is. */
let stdin: Promise<Uint8Array> | undefined;

/** The bytes of the files, directories and stdin (`-`) that the user named. */
export async function readInputs(
  paths: readonly string[],
  options: CollectOptions = {},
): Promise<CollectedInputs> {
  const { collectInputs, readLimited } = await import('../../read/inputs.ts');
  return collectInputs(
    paths,
    () => {
      stdin ??= readLimited(process.stdin);
      return stdin;
    },
    options,
  );
}

/**
 * The same for manifests, among whose names there may be patterns.
 *
 * @param exclude patterns of what is left out
 * @param takesRevisions whether a name may stand for a revision of Git and a path in it
 */
export async function readManifests(
  paths: readonly string[],
  exclude: readonly string[] = [],
  takesRevisions = false,
): Promise<CollectedInputs> {
  const { isGlob } = await import('../../read/glob.ts');
  if (takesRevisions && paths.some((path) => path.includes(':')))
    return readWithRevisions(paths, exclude);
  if (!paths.some(isGlob)) return readInputs(paths, { exclude });
  const { expandPaths, nothingMatches } = await import('./expand-paths.ts');
  const expanded = await expandPaths(paths);
  const matched = new Set(expanded.flatMap((each) => (each.isPattern ? each.paths : [])));
  const { inputs, diagnostics, excluded, excludedBy } = await readInputs(
    expanded.flatMap((each) => each.paths),
    { exclude, matched },
  );
  // Of what a pattern matches, a directory may well hold no manifest.
  const isEmpty = ({ code, places: [place] }: Diagnostic): boolean =>
    code === 'NATC1002' && place?.kind === 'file' && matched.has(place.name);
  const empty = new Set(
    diagnostics.filter(isEmpty).flatMap(({ places }) => places.flatMap(nameOf)),
  );
  const inVain = expanded.filter(
    (each) => each.isPattern && each.paths.every((path) => empty.has(path)),
  );
  return {
    inputs,
    excluded,
    excludedBy,
    diagnostics: [
      ...diagnostics.filter((diagnostic) => !isEmpty(diagnostic)),
      ...inVain.map(({ given }) => nothingMatches(given)),
    ],
  };
}

/**
 * What the names stand for, and the kustomizations that are to be built.
 *
 * @param takesRevisions see {@link readManifests}
 */
export async function readPaths(
  paths: readonly string[],
  { exclude, kustomize }: Pick<CompileFlags, 'exclude' | 'kustomize'>,
  takesRevisions: boolean,
): Promise<CollectedInputs> {
  if (kustomize === undefined || kustomize === false)
    return readManifests(paths, exclude, takesRevisions);
  const { isKustomization, readKustomization } = await import('./kustomize-inputs.ts');
  const areBuilt = await Promise.all(
    paths.map(async (path) => kustomize === true && (await isKustomization(path))),
  );
  const asked = kustomize === true ? paths.filter((_, index) => areBuilt[index]) : kustomize;
  const others = paths.filter((_, index) => !areBuilt[index]);
  const collected = [await readManifests(others, exclude, takesRevisions)];
  for (const path of new Set(asked)) collected.push(await readKustomization(path));
  return together(collected);
}

const together = (collected: readonly CollectedInputs[]): CollectedInputs => ({
  inputs: collected.flatMap(({ inputs }) => inputs),
  diagnostics: collected.flatMap(({ diagnostics }) => diagnostics),
  excluded: collected.flatMap(({ excluded }) => excluded),
  excludedBy: new Set(collected.flatMap(({ excludedBy }) => [...excludedBy])),
});

/** Each name by itself, in their order. */
async function readWithRevisions(
  paths: readonly string[],
  exclude: readonly string[],
): Promise<CollectedInputs> {
  const { readRevision, revisionPathOf } = await import('./revision-inputs.ts');
  const named = await Promise.all(
    paths.map(async (path) => ({ path, revision: await revisionPathOf(path) })),
  );
  const files = named.filter(({ revision }) => revision === undefined).map(({ path }) => path);
  const collected: CollectedInputs[] = [];
  if (files.length > 0) collected.push(await readManifests(files, exclude));
  for (const { path, revision } of named)
    if (revision !== undefined) collected.push(await readRevision(path, revision, exclude));
  return together(collected);
}

const nameOf = (place: Place): readonly string[] => (place.kind === 'file' ? [place.name] : []);

import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import type { CollectedInputs, CollectOptions } from '../read/inputs.ts';

/** Read once: a side of a diff is looked into before it is known what it is. */
let stdin: Promise<Uint8Array> | undefined;

/** The bytes of the files, directories and stdin (`-`) that the user named. */
export async function readInputs(
  paths: readonly string[],
  options: CollectOptions = {},
): Promise<CollectedInputs> {
  const { collectInputs, readLimited } = await import('../read/inputs.ts');
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
 */
export async function readManifests(
  paths: readonly string[],
  exclude: readonly string[] = [],
): Promise<CollectedInputs> {
  const { isGlob } = await import('../read/glob.ts');
  if (!paths.some(isGlob)) return readInputs(paths, { exclude });
  const { expandPaths, nothingMatches } = await import('./expand-paths.ts');
  const expanded = await expandPaths(paths);
  const matched = new Set(expanded.flatMap((each) => (each.isPattern ? each.paths : [])));
  const { inputs, diagnostics, excluded } = await readInputs(
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
    diagnostics: [
      ...diagnostics.filter((diagnostic) => !isEmpty(diagnostic)),
      ...inVain.map(({ given }) => nothingMatches(given)),
    ],
  };
}

const nameOf = (place: Place): readonly string[] => (place.kind === 'file' ? [place.name] : []);

import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import { type GlobStep, isGlob, parseGlob } from '../../read/glob.ts';
import { isManifestName } from '../../read/inputs.ts';

/** What one path of the command line or of natc.yaml stands for. */
export interface ExpandedPath {
  readonly given: string;
  /** Files and directories; for what is no pattern the path itself. */
  readonly paths: readonly string[];
  readonly isPattern: boolean;
}

/**
 * Looks up patterns, such as a shell leaves in quotes or where it knows no `**`. A path that is there is no
 * pattern, whatever characters it has. As in a directory, of the files only those are taken
 * that end like manifests, unless the pattern says how they end.
 *
 * @returns in the order of the paths; what a pattern matches is in the order of names
 */
export async function expandPaths(paths: readonly string[]): Promise<readonly ExpandedPath[]> {
  return Promise.all(
    paths.map(async (given) => {
      const isPattern = isGlob(given) && !(await isThere(given));
      return { given, isPattern, paths: isPattern ? await matchesOf(given) : [given] };
    }),
  );
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function matchesOf(pattern: string): Promise<readonly string[]> {
  const found = await Promise.all((parseGlob(pattern) ?? []).map(pathsOf));
  const paths = [...new Set(found.flat())];
  if (!pattern.endsWith('/')) return paths;
  const areDirectories = await Promise.all(paths.map(isDirectory));
  return paths.filter((_, index) => areDirectories[index]);
}

async function pathsOf(steps: readonly GlobStep[]): Promise<readonly string[]> {
  const last = steps.at(-1);
  // Everything below: what a directory holds.
  if (last?.kind === 'directories' && steps.length > 1) return pathsOf(steps.slice(0, -1));
  if (last?.kind === 'directories') return ['.'];
  let found: readonly string[] = [''];
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const next = await Promise.all(found.map((path) => follow(path, step, isLast)));
    found = next.flat();
  }
  return found;
}

/** Where one step leads from a path; `''` is the working directory. */
async function follow(path: string, step: GlobStep, isLast: boolean): Promise<readonly string[]> {
  switch (step.kind) {
    case 'literal': {
      // The first step of an absolute path is empty.
      const next = step.name === '' ? '/' : join(path, step.name);
      return (await isThere(next)) ? [next] : [];
    }
    case 'directories':
      return [path, ...(await directoriesBelow(path))];
    case 'pattern': {
      const names = (await namesIn(path)).filter((name) => step.matches(name));
      const next = names.map((name) => join(path, name));
      return isLast && !step.hasEnding ? onlyManifests(next) : next;
    }
  }
}

/** Directories, and the files that natc would read in one. */
async function onlyManifests(paths: readonly string[]): Promise<readonly string[]> {
  const taken = await Promise.all(
    paths.map(async (path) => isManifestName(path) || (await isDirectory(path))),
  );
  return paths.filter((_, index) => taken[index]);
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

/** A directory that cannot be listed matches nothing. */
const namesIn = async (path: string): Promise<readonly string[]> =>
  (await readdir(path === '' ? '.' : path).catch(() => [])).sort();

/** Without those whose name begins with a dot, and without links, which may lead back. */
async function directoriesBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path === '' ? '.' : path, { withFileTypes: true }).catch(() => []);
  const directories = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(path, name))
    .sort();
  const below = await Promise.all(
    directories.map(async (directory) => [directory, ...(await directoriesBelow(directory))]),
  );
  return below.flat();
}

/** Said where a pattern led to no manifest. */
export const nothingMatches = (pattern: string): Diagnostic => ({
  code: 'NATC1070',
  severity: 'error',
  message: `no manifest matches ${quote(pattern)}`,
  places: [{ kind: 'file', name: pattern }],
  hint: 'wildcards match no slash and no name that begins with a dot; `**` stands for any directories',
});

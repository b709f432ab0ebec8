import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { RevisionPath, RevisionTree } from '../../host/machine/revision-tree.ts';
import type { CollectedInputs, Input } from '../../read/inputs.ts';

/**
 * What a name on the command line means as a revision of Git and a path in it, as in `main:deploy/`. Undefined where
 * it has no colon, or is the name of a file.
 */
export async function revisionPathOf(name: string): Promise<RevisionPath | undefined> {
  const parts = revisionParts(name);
  if (parts === undefined) return undefined;
  const isFile = await lstat(name).then(
    () => true,
    () => false,
  );
  return isFile ? undefined : parts;
}

/** A revision may have colons in braces: `HEAD^{/fix: it}`. No revision begins with a dash, and no URL is one. */
function revisionParts(name: string): RevisionPath | undefined {
  let depth = 0;
  for (const [index, character] of [...name].entries()) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character !== ':' || depth > 0) continue;
    const revision = [...name].slice(0, index).join('');
    const path = [...name].slice(index + 1).join('');
    const isRevision = revision !== '' && !/^[-./]|\p{Cc}/u.test(revision);
    return isRevision && !path.startsWith('/') ? { revision, path } : undefined;
  }
  return undefined;
}

/** Reads the manifests of a revision as a directory's are read: the same names, and nothing that is excluded. */
export async function readRevision(
  name: string,
  revisionPath: RevisionPath,
  exclude: readonly string[],
): Promise<CollectedInputs> {
  const { readRevisionTree } = await import('../../host/machine/revision-tree.ts');
  const { isManifestName, largestInput, unpackInputs } = await import('../../read/inputs.ts');
  const { exclusionOf } = await import('../../read/exclude.ts');
  const excludedBy = new Set<string>();
  const isExcluded = exclusionOf(exclude, excludedBy);
  const excluded: string[] = [];
  const fullName = (path: string): string =>
    `${revisionPath.revision}:${join(revisionPath.path, path)}`;
  const isWanted = (path: string): boolean => {
    const steps = path.split('/');
    if (!isManifestName(path) || steps.some((step) => step.startsWith('.'))) return false;
    const above = steps.map((_, index) => join('.', ...steps.slice(0, index + 1)));
    if (!above.some((each) => isExcluded(each, '.'))) return true;
    excluded.push(fullName(path));
    return false;
  };
  const tree = await readRevisionTree(revisionPath, isWanted, {
    ...{ directory: process.cwd(), environment: process.env, mostBytes: largestInput },
  });
  if (tree.kind !== 'files')
    return {
      ...{ inputs: [], excluded: [], excludedBy },
      diagnostics: [revisionFailure(name, revisionPath, tree)],
    };
  const paths = new Set(tree.paths);
  const files = tree.files.map(
    ({ path, bytes }): Input =>
      tree.isDirectory
        ? {
            name: fullName(path),
            bytes,
            found: liesInChart(path, paths) ? 'in a chart' : 'in a directory',
          }
        : { name, bytes },
  );
  const { inputs, diagnostics } = await unpackInputs(files);
  const isEmpty = files.length + tree.links.length + excluded.length === 0;
  return {
    inputs,
    excluded,
    excludedBy,
    diagnostics: [
      ...diagnostics,
      ...tree.links.map((path) =>
        said('NATC1074', 'warning', fullName(path), {
          message: `${fullName(path)} is a link, which natc does not follow in a revision: passed over`,
          hint: 'name the file that it leads to',
        }),
      ),
      ...(isEmpty
        ? [
            said('NATC1002', 'error', name, {
              message: `${name} holds no .yaml, .yml or .json file`,
            }),
          ]
        : []),
    ],
  };
}

function liesInChart(path: string, paths: ReadonlySet<string>): boolean {
  for (let at = dirname(path); at !== '.' && at !== '/'; at = dirname(at))
    if (/(?:^|\/)templates$/.test(at) && paths.has(join(dirname(at), 'Chart.yaml'))) return true;
  return false;
}

const said = (
  code: DiagnosticCode,
  severity: 'error' | 'warning',
  name: string,
  text: Pick<Diagnostic, 'message' | 'hint'>,
): Diagnostic => ({ ...text, code, severity, places: [{ kind: 'file', name }] });

/** Why a revision cannot be read. */
export function revisionFailure(
  name: string,
  { revision, path }: RevisionPath,
  tree: Exclude<RevisionTree, { readonly kind: 'files' }>,
): Diagnostic {
  switch (tree.kind) {
    case 'no-revision':
      return said('NATC1071', 'error', name, {
        message: `cannot read ${quote(name)}: there is no such file, and git knows no revision ${quote(revision)}`,
        hint: tree.isShallow
          ? 'this is a shallow clone: fetch more of it (in GitHub Actions: fetch-depth: 0)'
          : '`git rev-parse --verify REVISION` says what git knows; a branch of a remote is origin/BRANCH',
      });
    case 'no-path':
      return said('NATC1072', 'error', name, {
        message: `revision ${quote(revision)} has no ${quote(path)}`,
        hint: "paths are from the repository's root; those that begin with ./ from here; patterns are for files",
      });
    case 'too-large':
      return said('NATC1003', 'error', name, {
        message: `the manifests of ${quote(name)} are larger than 256 MiB`,
        hint: 'name a directory that holds less',
      });
    case 'failed':
      return said('NATC1073', 'error', name, {
        message: `cannot read ${quote(name)}: there is no such file, and git says: ${tree.message}`,
        hint: 'a name with a colon is a revision of Git and a path in it, where no file has that name',
      });
  }
}

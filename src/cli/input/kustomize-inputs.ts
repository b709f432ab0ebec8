import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { RevisionPath } from '../../host/machine/revision-tree.ts';
import { type CollectedInputs, largestInput } from '../../read/inputs.ts';
import { revisionFailure, revisionPathOf } from './revision-inputs.ts';

/** Whether a side of a diff is a kustomization, in a directory or in a revision. */
export async function isKustomization(name: string): Promise<boolean> {
  const revision = await revisionPathOf(name);
  if (revision === undefined) return (await kustomizationIn(name)) !== undefined;
  const { readRevisionTree } = await import('../../host/machine/revision-tree.ts');
  const { kustomizationNames } = await import('../../host/machine/kustomize.ts');
  const tree = await readRevisionTree(revision, () => false, settings());
  return (
    tree.kind === 'files' &&
    tree.isDirectory &&
    tree.paths.some((path) => kustomizationNames.includes(path))
  );
}

const settings = () => ({
  ...{ directory: process.cwd(), environment: process.env, mostBytes: largestInput },
});

/** Builds a kustomization; what it is made of may be a revision of Git, of which a copy is made for so long. */
export async function readKustomization(name: string): Promise<CollectedInputs> {
  const revision = await revisionPathOf(name);
  if (revision === undefined) return build(name, resolve(name));
  const copy = await mkdtemp(join(tmpdir(), 'natc-revision-'));
  try {
    const problem = await copyRevision(name, revision, copy);
    return problem === undefined ? await build(name, join(copy, revision.path)) : failed(problem);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** All of the revision, since a kustomization may be made of what lies beside it. */
async function copyRevision(
  name: string,
  { revision, path }: RevisionPath,
  copy: string,
): Promise<Diagnostic | undefined> {
  const { readRevisionTree } = await import('../../host/machine/revision-tree.ts');
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(path))
    return said('NATC1076', name, {
      message: `with -k, ${quote(path)} must be a path from the root of the repository`,
      hint: 'leave ./ and ../ out',
    });
  const tree = await readRevisionTree({ revision, path: '' }, isHarmless, settings());
  if (tree.kind !== 'files') return revisionFailure(name, { revision, path }, tree);
  for (const file of tree.files) {
    const target = join(copy, file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.bytes, { flag: 'wx' });
  }
  return undefined;
}

/** No tree that git made has such names, but one that somebody else made may. */
const isHarmless = (path: string): boolean =>
  path.split('/').every((step) => !/^(?:|\.|\.\.|\.git)$/i.test(step));

async function kustomizationIn(directory: string): Promise<string | undefined> {
  const { kustomizationNames } = await import('../../host/machine/kustomize.ts');
  for (const file of kustomizationNames) {
    const isThere = await stat(join(directory, file)).then(
      (info) => info.isFile(),
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

async function build(name: string, directory: string): Promise<CollectedInputs> {
  if ((await kustomizationIn(directory)) === undefined)
    return failed(
      said('NATC1076', name, {
        message: `${name} is no directory with a kustomization.yaml`,
        hint: 'name the directory of an overlay or a base; manifests themselves go without -k',
      }),
    );
  const { buildKustomization } = await import('../../host/machine/kustomize.ts');
  const built = await buildKustomization(directory, process.env['PATH']);
  switch (built.kind) {
    case 'built': {
      const bytes = new TextEncoder().encode(built.text);
      return {
        inputs: [{ name: `<kustomize ${name}>`, bytes }],
        diagnostics: [],
        ...nothingExcluded,
      };
    }
    case 'no-program':
      return failed(
        said('NATC1075', name, {
          message: `cannot build ${name}: ${built.message}`,
          hint: 'install kustomize or kubectl, or pipe in what another machine builds: kustomize build DIR | natc … -',
        }),
      );
    case 'failed':
      return failed(
        said('NATC1075', name, {
          message: `cannot build ${name}: ${built.program} says: ${built.message.replaceAll(directory, name)}`,
          hint: `run \`${built.program} ${name}\` to see all that it says`,
        }),
      );
  }
}

const nothingExcluded = { excluded: [], excludedBy: new Set<string>() };

const failed = (diagnostic: Diagnostic): CollectedInputs => ({
  inputs: [],
  diagnostics: [diagnostic],
  ...nothingExcluded,
});

const said = (
  code: DiagnosticCode,
  name: string,
  text: Pick<Diagnostic, 'message' | 'hint'>,
): Diagnostic => ({ ...text, code, severity: 'error', places: [{ kind: 'file', name }] });

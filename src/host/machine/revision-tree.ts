import { programsOn } from './programs.ts';
import { sharedReaper } from './reaper.ts';
import { defaultLimits, runChild } from './run-child.ts';

/** `main:deploy/`, taken apart. */
export interface RevisionPath {
  readonly revision: string;
  /** From the root of the repository, or with `./` from the working directory, as git has it. */
  readonly path: string;
}

/** A file as a commit has it. */
export interface RevisionFile {
  /** Below the directory that was named; '' for a file that was named itself. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type RevisionTree =
  | {
      readonly kind: 'files';
      readonly files: readonly RevisionFile[];
      /** Links among them that are not followed. */
      readonly links: readonly string[];
      /** Of all that lies there, whether it was wanted or not. */
      readonly paths: readonly string[];
      readonly isDirectory: boolean;
    }
  | { readonly kind: 'no-revision'; readonly isShallow: boolean }
  | { readonly kind: 'no-path' }
  | { readonly kind: 'too-large' }
  /** git is not there, this is no repository, or git does not trust it. */
  | { readonly kind: 'failed'; readonly message: string };

export interface RevisionSettings {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of all files together. */
  readonly mostBytes: number;
}

/**
 * Reads files of a commit with git, of which nothing is checked out. What a repository's own configuration could make git
 * do is switched off: it fetches nothing, asks nobody, and runs no program but itself. A revision is first turned
 * into the name of an object, so that no text of the user's stands where git would look for an option.
 *
 * @param isWanted which files of a directory, by their paths in it
 */
export async function readRevisionTree(
  { revision, path }: RevisionPath,
  isWanted: (path: string) => boolean,
  settings: RevisionSettings,
): Promise<RevisionTree> {
  const git = gitIn(settings);
  const top = await git(['rev-parse', '--git-dir']);
  if (top.kind === 'failed') return top;
  const commit = await git([
    ...['rev-parse', '--verify', '--quiet', '--end-of-options'],
    `${revision}^{commit}`,
  ]);
  const name = nameIn(commit);
  if (name === undefined) {
    const shallow = await git(['rev-parse', '--is-shallow-repository']);
    return {
      kind: 'no-revision',
      isShallow: shallow.kind === 'said' && /^true/.test(shallow.text),
    };
  }
  const steps = path.replace(/\/+$/, '');
  const object = nameIn(
    await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}:${steps}`]),
  );
  if (object === undefined) return { kind: 'no-path' };
  const type = await git(['cat-file', '-t', object]);
  if (type.kind === 'failed') return type;
  const isDirectory = type.text.trim() === 'tree';
  const listed = isDirectory
    ? await git(['ls-tree', '-r', '-z', '--full-tree', object])
    : ({ kind: 'said', text: `100644 blob ${object}\t\0` } as const);
  if (listed.kind === 'failed') return listed;
  const entries = listed.text.split('\0').flatMap((line) => entryOf(line));
  const wanted = entries.filter((each) => !isDirectory || isWanted(each.path));
  const blobs = wanted.filter(({ mode }) => mode.startsWith('100'));
  const contents = await contentsOf(git, blobs, settings.mostBytes);
  if (contents.kind !== 'contents') return contents;
  return {
    kind: 'files',
    isDirectory,
    files: blobs.flatMap(({ path: below }, index) => {
      const bytes = contents.bytes[index];
      return bytes === undefined ? [] : [{ path: below, bytes }];
    }),
    links: wanted.filter(({ mode }) => mode === '120000').map((each) => each.path),
    paths: entries.map((each) => each.path),
  };
}

type Git = (
  args: readonly string[],
  stdin?: string,
) => Promise<
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'failed'; readonly message: string }
>;

/** Configuration of the command line wins over that of a repository. */
const guards: readonly string[] = [
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.pager=cat'],
  ...['protocol.allow=never', 'safe.bareRepository=explicit'],
].flatMap((setting) => ['-c', setting]);

function gitIn({ directory, environment, mostBytes }: RevisionSettings): Git {
  const programs = programsOn(environment['PATH']);
  return async (args, stdin = '') => {
    const found = await programs.find('git');
    if (found.kind === 'not-found') return { kind: 'failed', message: found.message };
    const env = {
      ...(await programs.environment()),
      // Where people say which repositories of others they trust.
      HOME: environment['HOME'] ?? '/',
      // Of a partial clone git would fetch what is missing, with programs that the repository names.
      ...{ GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0' },
      ...{ GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', GIT_LITERAL_PATHSPECS: '1' },
    };
    const child = {
      ...{ path: found.path, args: ['--no-pager', ...guards, ...args], stdin, env },
      ...({ cwd: directory, encoding: 'latin1' } as const),
    };
    // A line for each file beside what it holds.
    const limits = { ...defaultLimits, output: mostBytes + 16 * 1024 * 1024 };
    const result = await runChild(child, limits, await sharedReaper(programs));
    if (result.kind === 'exited' && result.exitCode === 0)
      return { kind: 'said', text: result.stdout };
    if (result.kind === 'exited') return { kind: 'failed', message: complaint(result.stderr) };
    return {
      kind: 'failed',
      message: result.kind === 'not-started' ? result.message : (result.limit ?? result.signal),
    };
  };
}

const complaint = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error): /, '').trim())
    .find((line) => line !== '') ?? 'git failed without a word';

/** The name of an object, of either hash. */
const nameIn = (said: Awaited<ReturnType<Git>>): string | undefined =>
  said.kind === 'said' ? /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?=\n$)/.exec(said.text)?.[0] : undefined;

interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** `100644 blob OBJECT<tab>PATH`; submodules are nothing that lies here. */
function entryOf(line: string): readonly Entry[] {
  const match = /^(\d{6}) blob ([0-9a-f]+)\t(.*)$/s.exec(line);
  const [, mode = '', object = '', path = ''] = match ?? [];
  return match === null ? [] : [{ mode, object, path: utf8(path) }];
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString();

async function contentsOf(
  git: Git,
  blobs: readonly Entry[],
  mostBytes: number,
): Promise<
  | { readonly kind: 'contents'; readonly bytes: readonly Uint8Array[] }
  | Extract<RevisionTree, { readonly kind: 'too-large' | 'failed' }>
> {
  const names = blobs.map(({ object }) => `${object}\n`).join('');
  const sizes = await git(['cat-file', '--batch-check=%(objectsize)'], names);
  if (sizes.kind === 'failed') return sizes;
  const total = sizes.text.split('\n').reduce((sum, line) => sum + (Number(line) || 0), 0);
  if (total > mostBytes) return { kind: 'too-large' };
  const said = await git(['cat-file', '--batch'], names);
  if (said.kind === 'failed') return said;
  const bytes: Uint8Array[] = [];
  let position = 0;
  for (const { object } of blobs) {
    const end = said.text.indexOf('\n', position);
    const size = new RegExp(`^${object} blob (\\d+)$`).exec(said.text.slice(position, end))?.[1];
    if (size === undefined)
      return { kind: 'failed', message: `git has no object ${object}, which the commit names` };
    bytes.push(Buffer.from(said.text.slice(end + 1, end + 1 + Number(size)), 'latin1'));
    position = end + 1 + Number(size) + 1;
  }
  return { kind: 'contents', bytes };
}

import { lstat, mkdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { geteuid } from 'node:process';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { systemErrorText } from './system-error.ts';

/** What a stranger may do to a directory; files in it are checked one by one (state-file.ts). */
export interface UnsafeDirectory {
  /** The directory, or the part of its path, that others have in their hands. */
  readonly path: string;
  /** In the words of a message, after the path: `belongs to user 1000`. */
  readonly reason: string;
}

/** Thrown instead of using a directory that others may change. */
export class UnsafeDirectoryError extends Error {
  readonly unsafe: UnsafeDirectory;
  constructor(unsafe: UnsafeDirectory) {
    super(`${unsafe.path} ${unsafe.reason}`);
    this.unsafe = unsafe;
  }
}

/**
 * Makes the state directory unless it is there, for its owner alone. Its parent must exist: a mistyped
 * path should fail, and Node's recursive mkdir never returns for a path in /proc.
 *
 * @throws the system's error, or {@link UnsafeDirectoryError} where it is not ours alone
 */
export async function makeStateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const unsafe = await unsafeDirectory(directory);
  if (unsafe !== undefined) throw new UnsafeDirectoryError(unsafe);
}

/** NATC5100 for a state directory that others may change; undefined for a safe one, and for none. */
export async function unsafeStateDirectory(directory: string): Promise<Diagnostic | undefined> {
  const unsafe = await unsafeDirectory(directory).catch(() => undefined);
  return unsafe === undefined ? undefined : notOurs(directory, unsafe);
}

/** What stands against using a state directory, as a diagnostic. */
export const notOurs = (directory: string, { path, reason }: UnsafeDirectory): Diagnostic => ({
  code: 'NATC5100',
  severity: 'error',
  message:
    path === resolve(directory)
      ? `the state directory ${directory} ${reason}`
      : `the state directory ${directory} cannot be trusted: ${path} ${reason}`,
  places: [{ kind: 'option', option: '--state-dir', value: directory }],
  hint: 'it must be writable for nobody but whom natc runs as, and so must what is above it: see ls -ld, then chown and chmod go-w, or name another directory with --state-dir',
});

/** Links followed, as in the kernel. */
const mostLinks = 40;

/**
 * Walks the path as the kernel does, and looks whether anybody but root and ourselves can change where
 * it leads. Group and others may write to none of its directories, except where the sticky bit keeps
 * them from replacing what is not theirs (/tmp).
 *
 * @returns undefined for a directory that is ours alone
 * @throws the system's error, as for a path that does not exist
 */
export async function unsafeDirectory(directory: string): Promise<UnsafeDirectory | undefined> {
  const user = geteuid?.();
  // In a user namespace, what belongs to the real root belongs to an unknown user, as does the root.
  const owners = new Set([user, 0, (await lstat('/')).uid]);
  let parts = partsOf(resolve(directory));
  let path = '/';
  for (let links = 0; ; ) {
    const found = await lstat(path);
    const isLast = parts.length === 0;
    const isOurs = isLast ? found.uid === user || found.uid === 0 : owners.has(found.uid);
    if (!isOurs) return { path, reason: `belongs to user ${found.uid}` };
    if (found.isSymbolicLink()) {
      if (++links > mostLinks) return { path, reason: 'is a link that leads nowhere' };
      const target = resolve(dirname(path), await readlink(path));
      parts = [...partsOf(target), ...parts];
      path = '/';
      continue;
    }
    if (!found.isDirectory()) return { path, reason: 'is no directory' };
    if ((found.mode & writableByOthers) !== 0 && (found.mode & sticky) === 0)
      return { path, reason: `may be written by others (mode ${modeText(found.mode)})` };
    const [next, ...rest] = parts;
    if (next === undefined) return undefined;
    path = join(path, next);
    parts = rest;
  }
}

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

const writableByOthers = 0o022;
const sticky = 0o1000;

const modeText = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

/** Why a state directory, or a file in it, cannot be used: for the messages that quote a reason. */
export const stateErrorText = (error: unknown): string =>
  error instanceof UnsafeDirectoryError ? error.message : systemErrorText(error);

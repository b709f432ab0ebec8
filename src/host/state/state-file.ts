import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { geteuid } from 'node:process';
import { makeStateDirectory, unsafeDirectory } from './state-directory.ts';

/*
 * The files of the state directory. Root acts on what they say, so nothing is read from a file that
 * others may have written, and nothing is written through a link. What a file says is data all the same:
 * whoever reads one gives the shape that it must have, and a file without it counts as absent.
 */

/** Bytes of an ordinary state file: all but rulesets. */
const ordinarySize = 4 * 1024 * 1024;

/**
 * Reads a state file that holds JSON.
 *
 * @param shape gives what the JSON says, or undefined where it is not of the expected shape
 * @returns undefined when there is no such file, it is not ours alone, too large or damaged
 */
export async function readState<T>(
  directory: string,
  name: string,
  shape: (json: unknown) => T | undefined,
  largest = ordinarySize,
): Promise<T | undefined> {
  const bytes = await readStateBytes(directory, name, largest);
  if (bytes === undefined) return undefined;
  try {
    return shape(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}

/** The bytes of a state file; undefined when there is none, it is not ours alone, or too large. */
export const readStateBytes = (
  directory: string,
  name: string,
  largest = ordinarySize,
): Promise<Buffer | undefined> =>
  withStateFile(directory, name, async (file, { size }) =>
    // A file that grows while it is read is damaged.
    size > largest ? undefined : readUpTo(file, size),
  );

/** The first bytes of a state file, however large it is. */
export const readStateHead = (
  directory: string,
  name: string,
  bytes: number,
): Promise<Buffer | undefined> =>
  withStateFile(directory, name, (file, { size }) => readUpTo(file, Math.min(size, bytes)));

/** Whether there is such a file, and it is ours alone. */
export const hasState = async (directory: string, name: string): Promise<boolean> =>
  (await withStateFile(directory, name, async () => true)) === true;

/** The names of all files; none where the directory is missing or not ours alone. */
export async function listState(directory: string): Promise<readonly string[]> {
  try {
    return (await unsafeDirectory(directory)) === undefined ? await readdir(directory) : [];
  } catch {
    return [];
  }
}

/**
 * Removes a file, and whatever else has its name; one that is not there is removed.
 *
 * @throws the system's error
 */
export const removeState = (directory: string, name: string): Promise<void> =>
  rm(join(directory, name), { force: true, recursive: true });

export interface WriteOptions {
  /** Whether the bytes are to survive a crash of the machine; default: yes. */
  readonly sync?: boolean;
  /** Called when all is written and nothing visible yet. */
  readonly beforeRename?: () => void;
}

/**
 * Writes a state file so that a reader sees the old one or the new one, never a part: into a neighbour
 * of a name that nobody can foresee, which is made anew and then renamed. Makes the directory first.
 *
 * @throws the system's error, or UnsafeDirectoryError; the old file is then untouched
 */
export async function writeState(
  directory: string,
  name: string,
  data: string | readonly Uint8Array[],
  { sync = true, beforeRename = () => {} }: WriteOptions = {},
): Promise<void> {
  await makeStateDirectory(directory);
  const temporary = join(directory, `.${name}.${randomBytes(8).toString('hex')}`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      for (const part of typeof data === 'string' ? [data] : data) await file.writeFile(part);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    beforeRename();
    await rename(temporary, join(directory, name)).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EISDIR') throw error;
      await removeState(directory, name);
      await rename(temporary, join(directory, name));
    });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Why a file in the place of the lock is none. */
export class BadLockFileError extends Error {}

/**
 * Opens a file to take a lock on, which is made where there is none. One that is there and not ours alone
 * is not used: whoever owns it could hold the lock for ever.
 *
 * @throws the system's error, or {@link BadLockFileError} in the words of a message, after the path
 */
export async function openLockFile(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600).catch(
    (error: NodeJS.ErrnoException) => {
      // Those of a directory, a link and a socket: nothing that goes by itself.
      const isNoFile = ['EISDIR', 'ELOOP', 'ENXIO'].includes(error.code ?? '');
      throw isNoFile ? new BadLockFileError('is no regular file') : error;
    },
  );
  try {
    const fault = faultOf(await file.stat());
    if (fault !== undefined) throw new BadLockFileError(fault);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What {@link writeState} writes into; a process that was killed leaves it behind. */
const temporaryPattern = /^\.([a-z].*)\.[0-9a-f]{8,}/;

/** The name of the state file that a file with this name was to become; undefined for any other. */
export const temporaryOf = (name: string): string | undefined => temporaryPattern.exec(name)?.[1];

/** Half-written files that old are nobody's any more, in milliseconds. */
const abandonedAfter = 60_000;

/** Removes what killed processes left half-written. @throws the system's error */
export async function removeAbandoned(directory: string, now: number): Promise<void> {
  for (const name of await listState(directory)) {
    if (temporaryOf(name) === undefined) continue;
    const found = await lstat(join(directory, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < now - abandonedAfter)
      await removeState(directory, name);
  }
}

/** Opens a state file and looks at what was opened: it cannot be swapped for another any more. */
async function withStateFile<T>(
  directory: string,
  name: string,
  use: (file: FileHandle, stats: Stats) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    if ((await unsafeDirectory(directory)) !== undefined) return undefined;
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(join(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = await file.stat();
      return isOurs(stats) ? await use(file, stats) : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** A regular file that nobody but us or root could have written. */
export const isOurs = (stats: Stats): boolean => faultOf(stats) === undefined;

/** What speaks against it, in the words of a message, after the path. */
function faultOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is no regular file';
  if (stats.uid !== geteuid?.() && stats.uid !== 0) return `belongs to user ${stats.uid}`;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return (stats.mode & 0o022) === 0 ? undefined : `may be written by others (mode ${mode})`;
}

async function readUpTo(file: FileHandle, size: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}

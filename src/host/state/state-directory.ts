import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { systemErrorText } from '../machine/system-error.ts';
import { type Distrust, distrust } from '../machine/trusted-path.ts';

/** Thrown instead of using a directory that others may change. */
export class UnsafeDirectoryError extends Error {
  readonly unsafe: Distrust;
  constructor(unsafe: Distrust) {
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
export const notOurs = (directory: string, { path, reason }: Distrust): Diagnostic => ({
  code: 'NATC5100',
  severity: 'error',
  message:
    path === resolve(directory)
      ? `the state directory ${directory} ${reason}`
      : `the state directory ${directory} cannot be trusted: ${path} ${reason}`,
  places: [{ kind: 'option', option: '--state-dir', value: directory }],
  hint: 'it must be writable for nobody but whom natc runs as, and so must what is above it: see ls -ld, then chown and chmod go-w, or name another directory with --state-dir',
});

/**
 * Looks whether anybody but root and ourselves can change a state directory, or where its path leads.
 *
 * @returns undefined for a directory that is ours alone
 * @throws the system's error, as for a path that does not exist
 */
export const unsafeDirectory = (directory: string): Promise<Distrust | undefined> =>
  distrust(directory, { what: 'directory', owner: 'ours', sticky: true });

/** Why a state directory, or a file in it, cannot be used: for the messages that quote a reason. */
export const stateErrorText = (error: unknown): string =>
  error instanceof UnsafeDirectoryError ? error.message : systemErrorText(error);

/** A revision, or what goes with it, that could not be written. */
export const stateNotWritten = (directory: string, error: unknown): Diagnostic => ({
  code: 'NATC5021',
  severity: 'warning',
  message: `the revision could not be written to ${directory}: ${stateErrorText(error)}`,
  places: [],
  hint: 'free some room, or name another directory with --state-dir; until then every apply lists the kernel',
});

import { mkdir } from 'node:fs/promises';

/**
 * Makes the state directory unless it is there. Its parent must exist: a mistyped path should fail, and
 * Node's recursive mkdir never returns for a path in /proc.
 *
 * @throws the system's error
 */
export async function makeStateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

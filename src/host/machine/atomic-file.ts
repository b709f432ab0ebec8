import { randomUUID } from 'node:crypto';
import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that a reader sees the old text or the new one, never a part: into a neighbour
 * first, which is synced and then renamed over it. The mode of an existing file is kept.
 *
 * @param beforeRename called when all is written and nothing visible yet
 * @throws the system's error; the old file is then untouched and the neighbour gone
 */
export async function writeFileAtomically(
  path: string,
  text: string,
  beforeRename: () => void = () => {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const existing = await stat(path).catch(() => undefined);
    if (existing !== undefined) await chmod(temporary, existing.mode);
    beforeRename();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

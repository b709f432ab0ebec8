import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { geteuid } from 'node:process';

/** What is in the hands of others. */
export interface Distrust {
  /** A part of the path, or where a link on it leads. */
  readonly path: string;
  /** In the words of a message, after the path: `belongs to user 1000`. */
  readonly reason: string;
}

export interface TrustedKind {
  readonly what: 'directory' | 'file';
  /**
   * Whose the end of the path may be: `ours`, root's or our own; `machine`, in a user namespace those of
   * the real root too, which cannot be told there from those of other users.
   */
  readonly owner: 'ours' | 'machine';
  /** A directory that others may write, where the sticky bit keeps them from replacing what is ours. */
  readonly sticky?: boolean;
}

/** Links followed, as in the kernel. */
const mostLinks = 40;

/**
 * Walks a path as the kernel does, and looks whether anybody but root and ourselves can change where it
 * leads. Group and others may write to none of its directories, except where the sticky bit keeps them
 * from replacing what is not theirs (/tmp).
 *
 * @returns undefined for a path that is to be trusted
 * @throws the system's error, as for a path that does not exist
 */
export async function distrust(
  trusted: string,
  { what, owner, sticky = false }: TrustedKind,
): Promise<Distrust | undefined> {
  const user = geteuid?.();
  // In a user namespace, what belongs to the real root belongs to an unknown user, as does the root.
  const owners = new Set([user, 0, (await lstat('/')).uid]);
  let parts = partsOf(resolve(trusted));
  let path = '/';
  for (let links = 0; ; ) {
    const found = await lstat(path);
    const isLink = found.isSymbolicLink();
    const isLast = parts.length === 0;
    const isEnd = isLast && !isLink;
    const isOurs =
      isLast && owner === 'ours' ? found.uid === user || found.uid === 0 : owners.has(found.uid);
    if (!isOurs) return { path, reason: `belongs to user ${found.uid}` };
    if (isLink) {
      if (++links > mostLinks) return { path, reason: 'is a link that leads nowhere' };
      parts = [...partsOf(resolve(dirname(path), await readlink(path))), ...parts];
      path = '/';
      continue;
    }
    if (isEnd && what === 'file') {
      if (!found.isFile()) return { path, reason: 'is no file' };
      return maybeWritten(found, path, false);
    }
    if (!found.isDirectory()) return { path, reason: 'is no directory' };
    const written = maybeWritten(found, path, !isEnd || sticky);
    if (written !== undefined || isEnd) return written;
    const [next = '', ...rest] = parts;
    path = join(path, next);
    parts = rest;
  }
}

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

function maybeWritten({ mode }: Stats, path: string, stickyWillDo: boolean): Distrust | undefined {
  if ((mode & 0o022) === 0 || (stickyWillDo && (mode & 0o1000) !== 0)) return undefined;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  return { path, reason: `may be written by others (mode ${octal})` };
}

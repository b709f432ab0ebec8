import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The name under which natc's own configuration is found. */
export const natcConfigName = 'natc.yaml';

export type FoundConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly path: string }
  /** It is there, and somebody else may have written it. */
  | { readonly kind: 'untrusted'; readonly path: string; readonly because: string };

/** Of a file or directory: owner, and the bits of its mode. */
interface Ownership {
  readonly uid: number;
  readonly mode: number;
}

/**
 * Looks for natc.yaml in a directory and those above it, up to the first that holds `.git`, the root of a
 * repository. What others could have put there is not taken, as git does with repositories: natc.yaml may
 * name a kubeconfig, whose programs run. Root takes nothing, and looks no further up, where others may write.
 *
 * @param start absolute
 * @param uid who runs natc; undefined where the system has no users: nothing is looked for
 * @param name of the file, where it is another one to which the same applies
 */
export async function findNatcConfig(
  start: string,
  uid: number | undefined,
  name: string = natcConfigName,
): Promise<FoundConfig> {
  if (uid === undefined) return { kind: 'none' };
  for (let directory = start; ; directory = dirname(directory)) {
    const path = join(directory, name);
    const owner = await stat(directory).catch(() => undefined);
    const doubt = owner === undefined ? 'its directory cannot be read' : doubtOf(owner, uid);
    if (await exists(path)) {
      const because = doubt === undefined ? await doubtOfFile(path, uid) : directoryDoubt(doubt);
      return because === undefined ? { kind: 'found', path } : { kind: 'untrusted', path, because };
    }
    const isEnd = dirname(directory) === directory || (await exists(join(directory, '.git')));
    if (isEnd || (uid === 0 && doubt !== undefined)) return { kind: 'none' };
  }
}

const directoryDoubt = (doubt: string): string =>
  doubt.startsWith('its ') ? doubt : `its directory ${doubt}`;

/** Of the file, of the link that it may be, and of the directory that the link leads to. */
async function doubtOfFile(path: string, uid: number): Promise<string | undefined> {
  try {
    const link = await lstat(path);
    const file = await stat(path);
    // The mode of a link means nothing.
    const ofLink = doubtOf({ uid: link.uid, mode: link.isSymbolicLink() ? 0 : link.mode }, uid);
    const ofFile = doubtOf(file, uid);
    if (ofLink !== undefined || ofFile !== undefined) return `it ${ofLink ?? ofFile}`;
    if (!link.isSymbolicLink()) return undefined;
    const target = doubtOf(await stat(dirname(await realpath(path))), uid);
    return target === undefined ? undefined : `the directory it links to ${target}`;
  } catch {
    // That it cannot be read is said by who reads it.
    return undefined;
  }
}

const [groupWrites, othersWrite] = [0o020, 0o002];

function doubtOf({ uid: owner, mode }: Ownership, uid: number): string | undefined {
  if (owner !== 0 && owner !== uid) return `belongs to user ${owner}`;
  if ((mode & othersWrite) !== 0) return 'may be written by everybody';
  // Many systems give each user a group of its own, for which files are writable.
  if (uid === 0 && (mode & groupWrites) !== 0) return 'may be written by its group';
  return undefined;
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { distrust } from './trusted-path.ts';

/** Where the programs are that natc runs; cron jobs and ordinary users have no sbin on their PATH. */
const systemDirectories: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

export interface Programs {
  /** Finds a program by its name. */
  readonly find: (name: string) => Promise<FoundProgram>;
  /** The whole environment of what natc runs. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
}

export type FoundProgram =
  | { readonly kind: 'found'; readonly path: string }
  /** `message` says why, for {@link RunResult}. */
  | { readonly kind: 'not-found'; readonly message: string };

/**
 * The programs of the directories on a PATH, then of those where a system has them. A directory or
 * program that somebody else than root or ourselves could have put there is passed over, and so is the
 * current directory, by whatever name.
 *
 * @param path the PATH variable
 */
export function programsOn(path: string | undefined): Programs {
  const named = [...(path ?? '').split(':').filter(isAbsolute), ...systemDirectories];
  const directories = trustedOf([...new Set(named)]);
  const found = new Map<string, Promise<FoundProgram>>();
  return {
    find: (name) => {
      const known = found.get(name) ?? directories.then((list) => findIn(list, name));
      found.set(name, known);
      return known;
    },
    environment: async () => ({
      PATH: (await directories).join(':'),
      LC_ALL: 'C',
      HOME: '/',
      TZ: 'UTC',
    }),
  };
}

async function trustedOf(directories: readonly string[]): Promise<readonly string[]> {
  const trusted = await Promise.all(
    directories.map((directory) =>
      distrust(directory, { what: 'directory', owner: 'machine' }).then(
        (reason) => reason === undefined,
        () => false,
      ),
    ),
  );
  return directories.filter((_, index) => trusted[index]);
}

async function findIn(directories: readonly string[], name: string): Promise<FoundProgram> {
  let message = `${name}: command not found`;
  for (const directory of directories) {
    const path = join(directory, name);
    try {
      await access(path, constants.X_OK);
      const reason = await distrust(path, { what: 'file', owner: 'machine' });
      if (reason === undefined) return { kind: 'found', path };
      message = `${path} is not run, because ${reason.path} ${reason.reason}`;
    } catch {
      // Not there, or not for us: the next directory may have one.
    }
  }
  return { kind: 'not-found', message };
}

import { childOptions } from './child-options.ts';
import type { Programs } from './programs.ts';

/** Knows the process groups that natc has started, and ends them when natc is gone. */
export interface Reaper {
  /** The path of a POSIX shell. */
  readonly shell: string;
  readonly started: (group: number) => void;
  readonly ended: (group: number) => void;
}

/**
 * Reads `+ GROUP` and `- GROUP`; at the end of its input, which comes however natc ends, it kills the
 * groups that are left.
 */
const script = `
groups=' '
while read -r what group; do
  case $what in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;

let shared: Promise<Reaper | undefined> | undefined;

/** The one reaper of this process, started when it is first asked for; undefined where there is no shell. */
export function sharedReaper(programs: Programs): Promise<Reaper | undefined> {
  shared ??= programs
    .find('sh')
    .then(async (shell) =>
      shell.kind === 'found' ? startReaper(shell.path, await programs.environment()) : undefined,
    )
    // Without one, natc works all the same.
    .catch(() => undefined);
  return shared;
}

/**
 * Starts a process that outlives this one just long enough to kill what it leaves running. The kernel's
 * own PR_SET_PDEATHSIG would reach children only, not theirs, and Node cannot set it.
 *
 * @param shell the path of a POSIX shell
 */
async function startReaper(shell: string, env: Readonly<Record<string, string>>): Promise<Reaper> {
  const { execa } = await import('execa');
  const child = execa(shell, ['-c', script], {
    ...childOptions,
    cwd: '/',
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
    buffer: false,
  });
  const { stdin } = child;
  stdin.on('error', () => {});
  child.unref();
  // The pipe must not keep natc running either.
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return {
    shell,
    started: (group) => stdin.write(`+ ${group}\n`),
    ended: (group) => stdin.write(`- ${group}\n`),
  };
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { describeRun, type Host, type RunResult, succeeded } from './host.ts';

/** What unshare(1) is to make: a network namespace, or one inside a user namespace. */
export type NamespaceFlag = '-n' | '-Urn';

/** What runs in the namespace. */
export interface Inside {
  /** For a shell. */
  readonly script: string;
  readonly args: readonly string[];
  readonly stdin: string;
  /** Whether it gets mounts of its own too. */
  readonly mounts: boolean;
}

export type Checked =
  | { readonly kind: 'ran'; readonly result: RunResult }
  | { readonly kind: 'no-namespace'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Comes first, and says where it is. An unshare that makes no namespace must not have anything loaded: it
 * would be in this machine's own.
 */
const guard = `
here=$(readlink /proc/self/ns/net) || { echo 'unshare: /proc does not tell the namespace' >&2; exit 1; }
[ "$here" != "$1" ] || { echo 'unshare: made no network namespace' >&2; exit 1; }
shift
echo "$here"
`;

const place = /^net:\[\d+\]\n/;

/**
 * Runs a script in a network namespace that is gone afterwards, as root or, where that does not work,
 * inside a user namespace.
 *
 * @param inside what to run, for each kind of namespace
 */
export async function inThrowAwayNamespace(
  host: Host,
  inside: (namespace: NamespaceFlag) => Inside,
): Promise<Checked> {
  const attempts: readonly NamespaceFlag[] = host.isRoot ? ['-n', '-Urn'] : ['-Urn'];
  const here = await host.run('readlink', ['/proc/self/ns/net']);
  const own = here.kind === 'exited' ? here.stdout.trim() : '';
  let failure = '';
  for (const namespace of attempts) {
    const { script, args, stdin, mounts } = inside(namespace);
    const flags = [namespace, ...(mounts ? ['-m'] : [])];
    const result = await host.run(
      'unshare',
      [...flags, 'sh', '-c', guard + script, 'sh', own, ...args],
      stdin,
    );
    if (succeeded(result) && !('stdout' in result && place.test(result.stdout))) {
      failure = 'unshare ended with 0 and ran nothing in one';
      continue;
    }
    if (!namespaceFailed(result)) return { kind: 'ran', result: withoutPlace(result) };
    failure = describeRun(result);
  }
  return {
    kind: 'no-namespace',
    diagnostics: [
      {
        code: 'NATC5005',
        severity: 'error',
        message: `cannot make a throw-away network namespace for the kernel's check: ${failure}`,
        places: [],
        hint: 'run as root or allow unprivileged user namespaces; --no-kernel leaves this check out',
      },
    ],
  };
}

const withoutPlace = (result: RunResult): RunResult =>
  result.kind === 'exited' ? { ...result, stdout: result.stdout.replace(place, '') } : result;

/** unshare itself failed, or is not there. */
const namespaceFailed = (result: RunResult): boolean =>
  result.kind === 'not-started' ||
  (result.kind === 'exited' &&
    result.exitCode !== 0 &&
    /^unshare: /m.test(result.stderr) &&
    !place.test(result.stdout));

/** The program ended with 0, and what it was given is not there. */
export const notLoaded = (program: string): Diagnostic => ({
  code: 'NATC5126',
  severity: 'error',
  message: `${program} ended with 0, but what it was to load is not listed`,
  places: [],
  hint: `look which ${program} it is that natc runs: command -v ${program}`,
});

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { describeRun, type Host, type RunResult } from './host.ts';

/** What unshare(1) is to make: a network namespace, or one inside a user namespace. */
export type NamespaceFlag = '-n' | '-Urn';

export type Checked =
  | { readonly kind: 'ran'; readonly result: RunResult }
  | { readonly kind: 'no-namespace'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Runs something in a network namespace that is gone afterwards, as root or, where that does not work,
 * inside a user namespace.
 *
 * @param programs what `run` starts; when only they are missing, the namespace was fine
 */
export async function inThrowAwayNamespace(
  host: Host,
  programs: readonly string[],
  run: (namespace: NamespaceFlag) => Promise<RunResult>,
): Promise<Checked> {
  const attempts: readonly NamespaceFlag[] = host.isRoot ? ['-n', '-Urn'] : ['-Urn'];
  let failure = '';
  for (const namespace of attempts) {
    const result = await run(namespace);
    if (!namespaceFailed(result, programs)) return { kind: 'ran', result };
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

/** unshare itself failed, or is not there. */
const namespaceFailed = (result: RunResult, programs: readonly string[]): boolean =>
  result.kind === 'not-started' ||
  (result.kind === 'exited' &&
    result.exitCode !== 0 &&
    /^unshare: /m.test(result.stderr) &&
    !programs.some((program) => result.stderr.includes(`failed to execute ${program}`)));

import { programsOn } from './programs.ts';
import { sharedReaper } from './reaper.ts';
import { defaultLimits, runChild } from './run-child.ts';

/** The names of a kustomization, as kustomize looks for them. */
export const kustomizationNames: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];

export type Built =
  | { readonly kind: 'built'; readonly text: string }
  /** Neither kustomize nor kubectl is there. */
  | { readonly kind: 'no-program'; readonly message: string }
  | { readonly kind: 'failed'; readonly program: string; readonly message: string };

/**
 * Builds a kustomization with kustomize or else with kubectl, whichever is where only root and the user could have put it. Plugins
 * and Helm stay off, as they are by default, and nothing outside of the kustomization's own files is loaded.
 *
 * @param directory absolute, so that it is no option
 * @param path the PATH variable
 */
export async function buildKustomization(
  directory: string,
  path: string | undefined,
): Promise<Built> {
  const programs = programsOn(path);
  const commands = [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ] as const;
  let message = '';
  for (const [program, command] of commands) {
    const found = await programs.find(program);
    if (found.kind === 'not-found') {
      message ||= found.message;
      continue;
    }
    const env = await programs.environment();
    const child = { path: found.path, args: [command, directory], stdin: '', env, cwd: '/' };
    const result = await runChild(child, defaultLimits, await sharedReaper(programs));
    if (result.kind === 'exited' && result.exitCode === 0)
      return { kind: 'built', text: result.stdout };
    const name = `${program} ${command}`;
    if (result.kind === 'not-started')
      return { kind: 'failed', program: name, message: result.message };
    const said = result.stderr.trim().split('\n').at(-1)?.trim() ?? '';
    const limit = result.kind === 'signalled' ? (result.limit ?? result.signal) : '';
    return { kind: 'failed', program: name, message: limit || said || 'it failed without a word' };
  }
  return { kind: 'no-program', message };
}

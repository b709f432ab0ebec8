import type { BackendName } from '../../options.ts';
import { listState } from './state-file.ts';
import { backendOfState, forgetState } from './state-files.ts';

/** Whether the state directory knows of rules that natc gave to this backend and did not remove since. */
export const hasBackendState = async (directory: string, backend: BackendName): Promise<boolean> =>
  (await listState(directory)).some((name) => backendOfState(name) === backend);

/** Forgets them, once the rules are gone. A file that cannot be removed stays: it only costs time. */
export async function forgetBackendState(directory: string, backend: BackendName): Promise<void> {
  await forgetState(directory, (of) => of === backend);
}

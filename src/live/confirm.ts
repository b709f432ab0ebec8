import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ApplyOptions } from './apply.ts';
import { forgetPending, loadPending } from './confirmation.ts';
import { noLock } from './no-lock.ts';

export type ConfirmOutcome =
  | { readonly kind: 'confirmed' }
  /** Nothing waits: it was confirmed or rolled back before. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'lock-timeout' }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Keeps the change that waits: under the lock, so that it is either kept or rolled back. */
export async function confirm({
  stateDirectory,
  lock,
}: Pick<ApplyOptions, 'stateDirectory' | 'lock'>): Promise<ConfirmOutcome> {
  const locked = await lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    if ((await loadPending(stateDirectory)) === undefined) return { kind: 'nothing' };
    await forgetPending(stateDirectory);
    return { kind: 'confirmed' };
  } finally {
    await locked.lock.release();
  }
}

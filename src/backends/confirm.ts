import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RollbackOptions } from '../host/change/rollback.ts';
import { underLock } from '../host/change/rollback.ts';
import type { Host } from '../host/machine/host.ts';
import { forgetPending, pendencyOf } from '../host/state/confirmation.ts';
import { allowAgain } from '../host/state/unconfirmed.ts';
import { type Undone, undoUnderLock } from './undo-expired.ts';

export type ConfirmOutcome =
  | { readonly kind: 'confirmed' }
  /** Nothing waits: it was confirmed or rolled back before. */
  | { readonly kind: 'nothing' }
  /** It came too late: the change is undone now, or what waited cannot be told. */
  | Extract<Undone, { kind: 'undone' | 'damaged' }>
  | { readonly kind: 'lock-timeout' }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Keeps the change that waits: under the lock, so that it is either kept or rolled back. */
export const confirm = (host: Host, options: RollbackOptions): Promise<ConfirmOutcome> =>
  underLock<ConfirmOutcome>(options, async () => {
    const { stateDirectory, now } = options;
    const pendency = await pendencyOf(stateDirectory, now());
    if (pendency.kind === 'none') return { kind: 'nothing' };
    if (pendency.kind === 'waiting') {
      await forgetPending(stateDirectory);
      await allowAgain(stateDirectory);
      return { kind: 'confirmed' };
    }
    const undone = await undoUnderLock(host, options);
    return undone.kind === 'not-expired' ? { kind: 'nothing' } : undone;
  });

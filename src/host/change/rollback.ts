import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { forgetPending, type PendingChange, pendencyOf } from '../state/confirmation.ts';
import { noLock } from '../state/no-lock.ts';
import { refuseFromNow } from '../state/unconfirmed.ts';
import type { ApplyOptions } from './apply-options.ts';

export interface Refused {
  readonly kind: 'refused';
  readonly diagnostics: readonly Diagnostic[];
}

export type RollbackOptions = Pick<ApplyOptions, 'stateDirectory' | 'lock' | 'now'>;

/** @typeParam Applied what became of an earlier revision that was applied again */
export type RollbackOutcome<Applied> =
  | Applied
  | Refused
  /** There was nothing before: natc's tables are gone again. */
  | { readonly kind: 'removed'; readonly diagnostics: readonly Diagnostic[] }
  /** The change was confirmed, or never made. */
  | { readonly kind: 'not-pending' };

/**
 * The change that going back undoes first: the one that waits, where the kernel holds it, and the one that
 * nobody confirmed in time, unless the kernel holds what was there before.
 *
 * @param current the digest of what the kernel holds
 */
export async function changeToUndo(
  current: string | undefined,
  { stateDirectory, now }: Pick<RollbackOptions, 'stateDirectory' | 'now'>,
): Promise<PendingChange | undefined> {
  const pendency = await pendencyOf(stateDirectory, now());
  if (pendency.kind === 'damaged') await forgetPending(stateDirectory);
  if (pendency.kind !== 'waiting' && pendency.kind !== 'expired') return undefined;
  const { change } = pendency;
  if (pendency.kind === 'waiting') return change.digest === current ? change : undefined;
  await refuseFromNow(stateDirectory, { digest: change.digest, time: now() }).catch(() => {});
  return change.previous === current ? undefined : change;
}

/** Does something while no other natc changes this host. */
export async function underLock<T>(
  { lock }: Pick<RollbackOptions, 'lock'>,
  body: () => Promise<T>,
): Promise<T | { readonly kind: 'lock-timeout' } | Refused> {
  const locked = await lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    return await body();
  } finally {
    await locked.lock.release();
  }
}

export const nothingEarlier = (reason: string): Refused => ({
  kind: 'refused',
  diagnostics: [
    {
      code: 'NATC5030',
      severity: 'error',
      message: `nothing to go back to: ${reason}`,
      places: [],
      hint: 'apply the manifests of before, or remove all rules with natc cleanup',
    },
  ],
});

export const unreadable = (directory: string, file: string): Refused => ({
  kind: 'refused',
  diagnostics: [
    {
      code: 'NATC5035',
      severity: 'error',
      message: `cannot go back: ${file} in ${directory} is missing or damaged`,
      places: [],
      hint: 'apply the manifests of before, or remove all rules with natc cleanup',
    },
  ],
});

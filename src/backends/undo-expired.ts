import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RollbackOptions } from '../host/change/rollback.ts';
import { underLock } from '../host/change/rollback.ts';
import type { Host } from '../host/machine/host.ts';
import {
  damagedPending,
  forgetPending,
  type PendingChange,
  pendencyOf,
} from '../host/state/confirmation.ts';
import { refuseFromNow } from '../host/state/unconfirmed.ts';
import { type BackendName, backendNames, defaultBackend } from '../options.ts';
import type { AnyRollback } from './backend.ts';
import { loadBackend } from './table.ts';

export type Undone =
  /** Nothing waits, or its time is not up. */
  | { readonly kind: 'not-expired' }
  /** The time was up; `ago` in seconds, undefined where it is not known. */
  | { readonly kind: 'undone'; readonly ago: number | undefined; readonly outcome: AnyRollback }
  /** What waited cannot be told; nothing waits any more. */
  | { readonly kind: 'damaged'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'lock-timeout' }
  /** There is no lock. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export interface HowToUndo {
  /** What waits, for whoever knows it without the file. */
  readonly known?: PendingChange;
  /** Whether another ruleset will take the place of one that cannot be undone. */
  readonly replaces?: boolean;
}

/**
 * Undoes a change whose time to be confirmed is over: what should have done so may be gone (killed, or the
 * machine was started anew). Takes the lock only where there is something to do.
 */
export async function undoExpired(
  host: Host,
  options: RollbackOptions,
  how: HowToUndo = {},
): Promise<Undone> {
  const { stateDirectory, now } = options;
  const { kind } = await pendencyOf(stateDirectory, now());
  if (kind === 'none' || kind === 'waiting') return { kind: 'not-expired' };
  return underLock<Undone>(options, () => undoUnderLock(host, options, how));
}

/** The same under the lock that the caller holds. */
export async function undoUnderLock(
  host: Host,
  options: RollbackOptions,
  { known, replaces = false }: HowToUndo = {},
): Promise<Undone> {
  const { stateDirectory, now } = options;
  const pendency = await pendencyOf(stateDirectory, now());
  switch (pendency.kind) {
    case 'none':
    case 'waiting':
      return { kind: 'not-expired' };
    case 'damaged':
      if (known !== undefined)
        return { kind: 'undone', ago: undefined, outcome: await undoChange(host, known, options) };
      await forgetPending(stateDirectory);
      return { kind: 'damaged', diagnostics: [damagedPending(stateDirectory)] };
    case 'expired': {
      const outcome = await undoChange(host, pendency.change, options);
      const isGone = outcome.kind === 'refused' && outcome.diagnostics.some(isMissing);
      if (isGone && replaces) await forgetPending(stateDirectory);
      return { kind: 'undone', ago: pendency.ago, outcome };
    }
  }
}

const isMissing = ({ code }: Diagnostic): boolean => code === 'NATC5035';

/** Goes back to what was there before a change, and keeps the change from being applied again unattended. */
async function undoChange(
  host: Host,
  change: PendingChange,
  options: RollbackOptions,
): Promise<AnyRollback> {
  // First: whatever ends this process, the change is not made again. Without room for it, the way back counts more.
  await refuseFromNow(options.stateDirectory, {
    digest: change.digest,
    time: options.now(),
  }).catch(() => {});
  const backend = await loadBackend(await backendOf(change, options));
  return backend.undo(host, change, options);
}

async function backendOf(
  { backend, digest }: PendingChange,
  { stateDirectory }: Pick<RollbackOptions, 'stateDirectory'>,
): Promise<BackendName> {
  if (backend !== undefined) return backend;
  for (const name of backendNames) {
    if (await (await loadBackend(name)).hasRevision(stateDirectory, digest)) return name;
  }
  return defaultBackend;
}

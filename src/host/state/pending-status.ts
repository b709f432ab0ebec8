import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { damagedPending, pendencyOf } from './confirmation.ts';
import type { Revision } from './revision.ts';
import { loadUnconfirmed, nameOfUnconfirmed } from './unconfirmed.ts';

/** What `natc status` says of a change that is or was to be confirmed. */
export interface PendingStatus {
  /** Seconds that are left to confirm it; undefined: nothing waits. */
  readonly left: number | undefined;
  /** It is there although nobody confirmed it in time; `ago` in seconds, undefined where not known. */
  readonly overdue: { readonly ago: number | undefined } | undefined;
  /** Nobody confirmed the last change and it was undone; no apply ended with 0 since. */
  readonly isUndone: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const nothing: PendingStatus = {
  left: undefined,
  overdue: undefined,
  isUndone: false,
  diagnostics: [],
};

/**
 * @param revision what the kernel holds
 * @param afterUndone see Attempt; undefined: not known
 * @param now seconds since 1970
 */
export async function pendingStatus(
  stateDirectory: string,
  revision: Revision | undefined,
  afterUndone: string | undefined,
  now: number,
): Promise<PendingStatus> {
  const pendency = await pendencyOf(stateDirectory, now);
  switch (pendency.kind) {
    case 'waiting':
      return { ...nothing, left: pendency.left };
    case 'expired':
      return overdue(pendency.ago);
    case 'damaged':
      return { ...nothing, diagnostics: [damagedPending(stateDirectory)] };
    case 'none': {
      const refused = await loadUnconfirmed(stateDirectory);
      if (refused === undefined) return nothing;
      // Where the kernel still has it, nothing could roll it back.
      if (refused.digest === revision?.digest) return overdue(undefined);
      return { ...nothing, isUndone: afterUndone !== nameOfUnconfirmed(refused) };
    }
  }
}

const overdue = (ago: number | undefined): PendingStatus => ({
  ...nothing,
  overdue: { ago },
  diagnostics: [
    {
      code: 'NATC5115',
      severity: 'warning',
      message: `nobody confirmed the last change in time${ago === undefined ? '' : ` (its time was up ${ago}s ago)`}, and it was not rolled back`,
      places: [],
      hint: 'natc rollback does it, and so does the next natc apply, before anything else',
    },
  ],
});

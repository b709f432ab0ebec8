import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { pendencyOf } from './confirmation.ts';
import type { Revision } from './revision.ts';
import { loadUnconfirmed } from './unconfirmed.ts';
import { damaged } from './undo-expired.ts';

/** What `natc status` says of a change that is or was to be confirmed. */
export interface PendingStatus {
  /** Seconds that are left to confirm it; undefined: nothing waits. */
  readonly left: number | undefined;
  /** It is there although nobody confirmed it in time; `ago` in seconds, undefined where not known. */
  readonly overdue: { readonly ago: number | undefined } | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param revision what the kernel holds
 * @param now seconds since 1970
 */
export async function pendingStatus(
  stateDirectory: string,
  revision: Revision | undefined,
  now: number,
): Promise<PendingStatus> {
  const pendency = await pendencyOf(stateDirectory, now);
  switch (pendency.kind) {
    case 'waiting':
      return { left: pendency.left, overdue: undefined, diagnostics: [] };
    case 'expired':
      return overdue(pendency.ago);
    case 'damaged':
      return { left: undefined, overdue: undefined, diagnostics: [damaged(stateDirectory)] };
    case 'none': {
      // Nothing could roll it back.
      const refused = await loadUnconfirmed(stateDirectory);
      return refused !== undefined && refused === revision?.digest
        ? overdue(undefined)
        : { left: undefined, overdue: undefined, diagnostics: [] };
    }
  }
}

const overdue = (ago: number | undefined): PendingStatus => ({
  left: undefined,
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

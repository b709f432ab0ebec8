import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { LiveChange } from '../../follow/live-compilation.ts';
import type { IptablesDelta } from '../../iptables/delta.ts';
import type { Backend } from '../../live/backend-name.ts';
import type { Revision } from '../../live/revision.ts';
import type { Delta } from '../../nftables/delta.ts';
import type { StoreFollowed } from './keep-state.ts';

/** Brings changes to a kernel that held what was compiled before them, through one backend. */
export interface ChangeCommitter {
  readonly backend: Backend;
  readonly commit: (change: LiveChange) => Promise<CommittedLiveChange>;
}

export type CommittedLiveChange =
  | {
      readonly kind: 'committed';
      readonly revision: Revision;
      readonly delta: Delta | IptablesDelta;
      /** Writes the revision to the state directory. */
      readonly store: StoreFollowed;
      /** Whether the kernel says so, too. */
      readonly isHeld: () => Promise<boolean>;
      /** What rules alone cannot do in this backend. @returns what keeps it from being done */
      readonly finish: () => Promise<readonly Diagnostic[]>;
    }
  /** It is no change for the kernel. */
  | { readonly kind: 'nothing' }
  /** Everything has to be compared. */
  | { readonly kind: 'unsure' };

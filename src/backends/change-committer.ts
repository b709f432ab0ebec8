import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LiveChange } from '../follow/live-compilation.ts';
import type { LastApply } from '../host/change/last-apply.ts';
import type { Revision } from '../host/state/revision.ts';
import type { NftFamily } from '../net/family.ts';
import type { BackendName } from '../options.ts';

/** Brings changes to a kernel that held what was compiled before them, through one backend. */
export interface ChangeCommitter {
  readonly backend: BackendName;
  readonly commit: (change: LiveChange) => Promise<CommittedLiveChange>;
}

export type CommittedLiveChange =
  | {
      readonly kind: 'committed';
      readonly revision: Revision;
      /** What changed, in words. */
      readonly changes: string;
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

/** Writes a revision, and what an apply that did everything leaves behind. @throws the system's error */
export type StoreFollowed = (last: KeptLastApply) => Promise<void>;

/** What an apply that did everything leaves behind, but for what a change makes anew. */
export interface KeptLastApply extends Omit<LastApply, 'digest' | 'input'> {
  /** The families that have rules. */
  readonly families: readonly NftFamily[];
  /** Whether nothing was left undone: else the next apply is not to count it. */
  readonly isDone: boolean;
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { EndedFlows } from '../machine/conntrack.ts';
import type { Revision } from '../state/revision.ts';

/** What became of a change of the kernel, whichever backend made it. */
export type AppliedOutcome =
  | {
      readonly kind: 'up-to-date';
      readonly ended: EndedFlows['ended'];
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly kind: 'applied';
      readonly revision: Revision;
      /** `2 elements added, 1 element deleted`. */
      readonly changes: string;
      /** UDP and SCTP connections to endpoints that are gone. */
      readonly ended: EndedFlows['ended'];
      /** Warnings of what came after the change. */
      readonly diagnostics: readonly Diagnostic[];
    }
  /** `incomplete`: a part was changed and could not be taken back; else nothing was. */
  | {
      readonly kind: 'refused' | 'guarded' | 'incomplete';
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'lock-timeout' };

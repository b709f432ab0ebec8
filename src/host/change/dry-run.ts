import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ApplyOptions } from './apply-options.ts';

export type DryRunOutcome =
  /** `script` is what apply would send; '' when nothing differs. */
  | {
      readonly kind: 'planned';
      readonly script: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'refused' | 'guarded'; readonly diagnostics: readonly Diagnostic[] };

export type DryRunOptions = Pick<
  ApplyOptions,
  'stateDirectory' | 'verify' | 'maxRemovals' | 'force' | 'now'
> & {
  /** Have the kernel check the transaction against what it holds. */
  readonly checkInKernel: boolean;
};

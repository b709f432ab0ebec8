import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { IpFamily } from '../../net/family.ts';

/** An input that the kernel holds the rules of. */
export interface Unchanged {
  /** Sysctls that somebody switched off and that could not be set again. */
  readonly diagnostics: readonly Diagnostic[];
  /** The families that have Services; undefined: not known. */
  readonly served: readonly IpFamily[] | undefined;
  /** Warnings that compiling this input gave, when it was last compiled. */
  readonly warnings: number;
}

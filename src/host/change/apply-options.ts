import type { IpFamily } from '../../net/family.ts';
import type { ReadChains } from '../machine/kernel-chains.ts';
import type { Sysctl } from '../machine/sysctl.ts';
import type { Confirmation } from '../state/confirmation.ts';
import type { LockResult } from '../state/lock.ts';
import type { OnStep } from './apply-step.ts';

/** How a change of the kernel is made, whichever backend makes it. */
export interface ApplyOptions {
  readonly stateDirectory: string;
  readonly lock: () => Promise<LockResult>;
  /** List the kernel even when the stamp says that nothing changed, and repair what others changed. */
  readonly verify: boolean;
  /** Percent of the kernel's Services that may go; undefined: any number. */
  readonly maxRemovals: number | undefined;
  /** Go ahead where another proxy serves the same addresses. */
  readonly force: boolean;
  readonly sysctls: readonly Sysctl[];
  /** What was compiled, for the next apply to recognise. */
  readonly input:
    | {
        readonly fingerprint: string | undefined;
        readonly warnings: number;
        /** The families that have Services. */
        readonly served?: readonly IpFamily[];
      }
    | undefined;
  /** What chains there are, for whoever looks for those of others afterwards; see chainReader. */
  readonly chains?: ReadChains | undefined;
  /** Roll back unless somebody confirms; undefined: the change is final. */
  readonly confirmation?: Confirmation | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** For tests, which end the process at a step. */
  readonly onStep?: OnStep;
}

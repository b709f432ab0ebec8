import type { ApplyFlags } from '../../src/cli/apply/options.ts';

/** What `natc apply` finds of the flags of `--follow` where none is given; nothing is served. */
export const followFlagsUnset = {
  minSyncPeriod: 1000,
  syncPeriod: 3_600_000,
  logFormat: 'text',
  healthzBindAddress: 'none',
  metricsBindAddress: 'none',
} as const satisfies Partial<ApplyFlags>;

import clock from 'node:process';

/**
 * Milliseconds by a clock that nobody sets, the same in all threads. How long a change waits must not depend on the
 * time of day: put forward, it would make every node unhealthy at once.
 */
export const monotonicNow = (): number => Number(clock.hrtime.bigint() / 1_000_000n);

/** When something was by that clock. @param at milliseconds since 1970, a moment ago */
export const monotonicAt = (at: number): number => monotonicNow() - Math.max(0, Date.now() - at);

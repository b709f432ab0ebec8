/**
 * Milliseconds since 1970 by a clock that nobody sets: what is due in a second is due then, also where the time of
 * day is put back by an hour meanwhile.
 */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now());

/** Between the first two attempts, and at most, in milliseconds: as the informers of Kubernetes wait. */
const first = 800;
const most = 30_000;

/**
 * How long to wait before the next attempt, so that a thousand nodes do not come back at the same moment.
 *
 * @param failures how many attempts failed one after another, from 1
 * @param random from 0 to 1
 * @returns milliseconds, up to twice the backoff
 */
export function backoffAfter(failures: number, random: number): number {
  const delay = Math.min(most, first * 2 ** Math.min(failures - 1, 20));
  return Math.round(delay * (1 + random));
}

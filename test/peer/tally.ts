import type { Difference } from './compare.ts';

/** A number that run.mjs hands on in the environment. */
export const numberOf = (name: string, usual: number): number => Number(process.env[name] ?? usual);

/** How often each decision of natc's made a difference, for people. */
export function tally(found: readonly Difference[]): string {
  const reasons = new Map<string, number>();
  for (const { meant = 'unexplained' } of found) reasons.set(meant, (reasons.get(meant) ?? 0) + 1);
  const counts = [...reasons].map(([reason, times]) => `${times} ${reason}`);
  return `different: ${counts.join(', ') || 'none'}`;
}

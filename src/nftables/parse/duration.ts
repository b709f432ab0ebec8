import type { Scanner } from './scanner.ts';

const seconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

/** `3h`, `1d2h30s` or `10800s`, in seconds. */
export function parseDuration(scanner: Scanner): number {
  const { text } = scanner.peek();
  if (!/^(\d+(d|h|ms|m|s))+$/.test(text)) scanner.fail('expected a time like 10800s or 3h');
  scanner.next();
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(d|h|ms|m|s)/g)) {
    total += Number(count) * (seconds[unit ?? ''] ?? 0);
  }
  return total;
}

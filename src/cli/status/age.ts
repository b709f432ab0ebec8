/** `5m`, `3h`, `2d`; the clock may have been set back. */
export function age(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  for (const [unit, size] of units)
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)}${unit}`;
  return `${Math.max(0, seconds)}s`;
}

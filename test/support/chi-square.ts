/**
 * Pearson's test of the hypothesis that all counts come from one uniform distribution.
 *
 * @returns the probability of counts at least as uneven as these, if the hypothesis is true
 */
export function uniformityPValue(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return upperGamma((counts.length - 1) / 2, statistic / 2);
}

/** The regularised upper incomplete gamma function Q(s, x), by its series or continued fraction. */
function upperGamma(s: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(s * Math.log(x) - x - logGamma(s));
  if (x < s + 1) {
    let term = 1 / s;
    let sum = term;
    for (let n = 1; term > sum * 1e-15; n++) {
      term *= x / (s + n);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let b = x + 1 - s;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const a = n * (s - n);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return scale * fraction;
}

/** Stirling's series, for arguments lifted above 10. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}

const largestDenominator = 1000;

/** A probability as a reader likes it: `1/3`, `2/5`, `0`, `1`; a percentage where no fraction fits. */
export function formatFraction(probability: number): string {
  for (let denominator = 1; denominator <= largestDenominator; denominator++) {
    const numerator = probability * denominator;
    const rounded = Math.round(numerator);
    if (Math.abs(numerator - rounded) > 1e-6) continue;
    return denominator === 1 ? String(rounded) : `${rounded}/${denominator}`;
  }
  return `${(probability * 100).toFixed(1)}%`;
}

/** Deeper than any field that natc reads; what is deeper still would exhaust the stack. */
const deepest = 50;

/**
 * JSON text with the keys of every mapping sorted: equal for equal data, whatever its key order. What is
 * nested deeper than any field of a Kubernetes object is left out.
 */
export const canonicalJson = (value: unknown): string => canonical(value, 0);

function canonical(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (depth > deepest) return '"..."';
  if (Array.isArray(value))
    return `[${value.map((entry) => canonical(entry, depth + 1)).join(',')}]`;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry, depth + 1)}`);
  return `{${entries.join(',')}}`;
}

const longest = 80;

/**
 * A value of the input as a message shows it: strings in double quotes, escaped as in JSON, long ones
 * cut, with their length; lists and mappings only by their kind.
 */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (typeof value !== 'string') return String(value);
  if (value.length <= longest) return JSON.stringify(value);
  const start = value.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  return `${JSON.stringify(`${start}...`)} (${value.length} characters)`;
}

const longest = 80;

/** Characters that JSON leaves alone but a terminal would obey: C1 controls, bidi marks, separators. */
const unprintable = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A value of the input as a message shows it: strings in double quotes with everything unprintable
 * escaped, long ones cut; lists and mappings only by their kind.
 */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const text = value.length > longest ? `${value.slice(0, longest)}…` : value;
  return JSON.stringify(text).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

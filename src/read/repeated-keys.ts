import type { Extent, FieldPath, Source } from '../diagnostics/source.ts';
import { jsonEntries, skipSpace } from './json-scan.ts';

/** Nothing that Kubernetes defines is deeper; each level is another scan of the text. */
const deepest = 12;

/** A text that somebody wrote is smaller; what programs print has no key twice. */
const largest = 1 << 20;

/**
 * The fields of a JSON value whose key is given more than once, of which JSON.parse keeps the last. Texts of more
 * than a megabyte are not looked at.
 */
export function repeatedKeys(
  { text }: Source,
  { format, start, end }: Extent,
): readonly FieldPath[] {
  if (format !== 'json' || end - start > largest) return [];
  const repeated: FieldPath[] = [];
  collect(text, skipSpace(text, start), [], repeated);
  return repeated;
}

function collect(text: string, pos: number, path: FieldPath, repeated: FieldPath[]): void {
  if (path.length > deepest) return;
  const keys = new Set<string>();
  let index = 0;
  for (const { keyStart, keyEnd, start } of jsonEntries(text, pos)) {
    const key = keyStart < 0 ? index++ : String(JSON.parse(text.slice(keyStart, keyEnd)));
    const at = [...path, key];
    if (typeof key === 'string' && keys.has(key)) repeated.push(at);
    else if (typeof key === 'string') keys.add(key);
    collect(text, start, at, repeated);
  }
}

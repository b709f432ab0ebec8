/** The eight 16-bit groups of an IPv6 address. */
export type Groups = readonly number[];

/**
 * Reads IPv6 text: groups of one to four hex digits, one `::` for at least one zero group, and an
 * optional dotted quad at the end. No zone.
 *
 * @param quadToGroups reads the dotted quad; undefined when it is none.
 * @returns undefined when `text` is no IPv6 address.
 */
export function parseGroups(
  text: string,
  quadToGroups: (quad: string) => readonly [number, number] | undefined,
): Groups | undefined {
  if (text.length > 64) return undefined;
  const halves = text.split('::');
  const [head = '', tail] = halves;
  if (halves.length > 2) return undefined;
  const before = parseHalf(head, tail === undefined, quadToGroups);
  const after = tail === undefined ? [] : parseHalf(tail, true, quadToGroups);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

function parseHalf(
  text: string,
  isLast: boolean,
  quadToGroups: (quad: string) => readonly [number, number] | undefined,
): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (isLast && index === parts.length - 1 && part.includes('.')) {
      const quad = quadToGroups(part);
      if (quad === undefined) return undefined;
      groups.push(...quad);
    } else {
      const value = parseGroup(part);
      if (value === undefined) return undefined;
      groups.push(value);
    }
  }
  return groups;
}

/** Number() and parseInt() accept too much (`0x1`, ` 1`, `1g`), a regular expression costs twice this. */
function parseGroup(text: string): number | undefined {
  if (text.length === 0 || text.length > 4) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const lower = code | 0x20;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return undefined;
  }
  return value;
}

/** RFC 5952: lower case, no leading zeros, `::` for the first longest run of two zero groups or more. */
export function formatGroups(groups: Groups): string {
  let runStart = -1;
  let runLength = 1;
  for (let index = 0; index < 8; index++) {
    let end = index;
    while (end < 8 && groups[end] === 0) end++;
    if (end - index > runLength) [runStart, runLength] = [index, end - index];
    index = Math.max(index, end - 1);
  }
  const hex = (part: Groups): string => part.map((group) => group.toString(16)).join(':');
  if (runStart < 0) return hex(groups);
  return `${hex(groups.slice(0, runStart))}::${hex(groups.slice(runStart + runLength))}`;
}

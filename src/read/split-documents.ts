/** A YAML document as offsets: from its `---` line, where it has one, to the next document. */
export interface Stretch {
  readonly start: number;
  /** The first character that is no blank, comment or `---`; `end` when there is none. */
  readonly content: number;
  readonly end: number;
  /** Where the `...` stands that ends it; undefined when none does. */
  readonly endMarker: number | undefined;
  /** Whether it follows a `...`, and not a `---`. */
  readonly isAfterEnd: boolean;
}

// Only LF breaks lines here; `^`, `.` and `\s` would take U+2028 for a line break or blank as well.
const marker = /(?<![^\n])(?:---|\.\.\.(?![^ \t\r\n]))/g;
const blanksAndComments = /(?:---(?![^ \t\r\n]))?(?:[ \t\r\n]+(?:#[^\n]*)?)*/y;

/**
 * The YAML documents of a text, in order. As for kubectl, every line that begins with `---` begins one,
 * whatever else it holds. A stretch without `---` that holds only blanks and comments is no document.
 */
export function* splitDocuments(text: string): Generator<Stretch> {
  let start = 0;
  let isAfterEnd = false;
  for (const match of text.matchAll(marker)) {
    if (match.index < start) continue;
    if (match[0] === '...') {
      const lineFeed = text.indexOf('\n', match.index);
      const end = lineFeed < 0 ? text.length : lineFeed + 1;
      yield* stretch(text, { start, end, endMarker: match.index, isAfterEnd });
      start = end;
      isAfterEnd = true;
    } else {
      if (match.index > start)
        yield* stretch(text, { start, end: match.index, endMarker: undefined, isAfterEnd });
      start = match.index;
      isAfterEnd = false;
    }
  }
  yield* stretch(text, { start, end: text.length, endMarker: undefined, isAfterEnd });
}

function* stretch(text: string, limits: Omit<Stretch, 'content'>): Generator<Stretch> {
  const { start, end } = limits;
  blanksAndComments.lastIndex = start;
  blanksAndComments.test(text);
  const content = Math.min(end, blanksAndComments.lastIndex);
  // A tab at the beginning of a line is an error for kubectl, also where nothing follows.
  const isBlank = content >= end && !text.startsWith('---', start);
  if (!isBlank || text.slice(start, end).includes('\t')) yield { ...limits, content };
}

/** A YAML document as offsets: from its `---` line, where it has one, to the next document. */
export interface Stretch {
  readonly start: number;
  /** The first character that is no blank, comment or `---`; `end` when there is none. */
  readonly content: number;
  readonly end: number;
}

// Only LF breaks lines here; `^`, `.` and `\s` would take U+2028 for a line break or blank as well.
const marker = /(?<![^\n])(?:\uFEFF?---|\.\.\.)(?![^ \t\r\n])/g;
const blanksAndComments = /(?:\uFEFF?---(?![^ \t\r\n]))?(?:[ \t\r\n]+(?:#[^\n]*)?)*/y;
const leadingComments = /(?:[ \t\r\n]*#[^\n]*\n)*[ \t\r\n]*/y;

/**
 * The YAML documents of a text, in order. A stretch without `---` that holds only blanks and
 * comments is no document; directives (`%YAML`) belong to the document after them.
 */
export function* splitDocuments(text: string): Generator<Stretch> {
  let start = 0;
  for (const match of text.matchAll(marker)) {
    if (match.index < start) continue;
    if (match[0] === '...') {
      const lineFeed = text.indexOf('\n', match.index);
      const end = lineFeed < 0 ? text.length : lineFeed + 1;
      yield* stretch(text, start, end);
      start = end;
    } else if (match.index > start && !hasDirective(text, start)) {
      yield* stretch(text, start, match.index);
      start = match.index;
    }
  }
  yield* stretch(text, start, text.length);
}

function hasDirective(text: string, start: number): boolean {
  leadingComments.lastIndex = start;
  leadingComments.test(text);
  return text.charAt(leadingComments.lastIndex) === '%';
}

function* stretch(text: string, from: number, end: number): Generator<Stretch> {
  // A byte order mark may stand before every `---`, e.g. where files were concatenated.
  const start = text.charCodeAt(from) === 0xfeff ? from + 1 : from;
  blanksAndComments.lastIndex = start;
  blanksAndComments.test(text);
  const content = Math.min(end, blanksAndComments.lastIndex);
  if (content < end || text.startsWith('---', start)) yield { start, content, end };
}

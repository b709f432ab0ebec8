/**
 * Characters that move the cursor, change colours or reorder text on a terminal: C0 and C1 controls,
 * line and paragraph separators, all that Unicode calls format characters (bidirectional controls, zero
 * widths, tags), lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029\ud800-\udfff]/gu;

/** Text safe for a terminal: characters of an input file that would act on it become `\u001b`. */
export const printable = (text: string): string => text.replace(unprintable, escaped);

/** As JSON writes it: two escapes for a character beyond the basic plane. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

/** The same for a line in a frame, where every character has to stay one column wide. */
export const printableColumns = (text: string): string =>
  text.replace(/\t/g, ' ').replace(unprintable, '\ufffd');

/** One pass over what is mostly a ruleset of many megabytes, in which there is nothing to find. */
const mayHarm =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Cf}\u2028\u2029\ud800-\udfff]|[^\n\t]\t/u;

/** What outputs hold beside text: line ends and the indentation of rulesets. */
const layout = /\n|(?<=^|\n)\t+/g;

/**
 * A whole output, of any format, without a character that acts on a terminal; line feeds stay, and tabs
 * that begin a line. In JSON, what comes instead is the escape of the same character.
 *
 * @param own matches what natc itself put in, which is left out and replaced by what `become` makes of it
 */
export function harmless(
  text: string,
  own: RegExp = layout,
  become: (match: RegExpExecArray) => string = ([found]) => found,
): string {
  if (!mayHarm.test(text)) return text;
  let result = '';
  let end = 0;
  for (const match of text.matchAll(own)) {
    result += printable(text.slice(end, match.index)) + become(match);
    end = match.index + match[0].length;
  }
  return result + printable(text.slice(end));
}

/** A text for a message: at most so many characters of it, and its length where it is cut. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (${text.length} characters)`;
}

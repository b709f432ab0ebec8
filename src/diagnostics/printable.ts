/**
 * Characters that move the cursor, change colours or reorder text on a terminal: C0 and C1 controls,
 * line and paragraph separators, bidirectional controls, zero-width characters, lone surrogates.
 */
const unprintable =
  /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

/** Text safe for a terminal: characters of an input file that would act on it become `\u001b`. */
export const printable = (text: string): string =>
  text.replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The same for a line in a frame, where every character has to stay one column wide. */
export const printableColumns = (text: string): string =>
  text.replace(/\t/g, ' ').replace(unprintable, '\ufffd');

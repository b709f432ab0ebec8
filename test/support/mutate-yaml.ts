/** Small changes to YAML that change what a text means. */
import fc from 'fast-check';

/** Pieces of YAML that change what a text means, to be put anywhere. */
const pieces = [
  ...[
    '\n',
    '\n\n',
    ' ',
    '  ',
    '    ',
    '\t',
    '\r\n',
    '\n- ',
    '- ',
    '-',
    ': ',
    ':',
    ':\n',
    ' #',
    '#',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\n',
    '\\\n',
    '|',
    '|\n',
    '|-\n',
    '|+\n',
    '>\n',
    '|2\n',
    '&a ',
    '*a',
    '!!str ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    ',',
    '? ',
    '%',
    '@',
    '`',
    '<<: ',
    '--- ',
    '\n---\n',
    '\n...\n',
  ],
  ...['~', 'null', 'yes', '010', '1_0', '0x1F', '.5', '1e3', '__proto__: x\n', 'constructor: x\n'],
  ...[
    'a: b\n',
    'é',
    '\u{1f600}',
    '\u2028',
    '\u2029',
    '\x85',
    '\r',
    '\f',
    '\v',
    '\x7f',
    '\xa0',
    '\u200b',
    '\u3000',
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\ufffe',
    '\u{10ffff}',
    '\ufeff',
    '\n  a: b',
    '\n a',
    '\n  # c\n',
    '""',
    "''",
    "'' '",
  ],
];

/** One change somewhere in a text. */
export const mutation = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'copy', 'indent', 'cut', 'replace'),
  at: fc.noBias(fc.nat(2 ** 20 - 1)).map((n) => n / 2 ** 20),
  to: fc.noBias(fc.nat(2 ** 20 - 1)).map((n) => n / 2 ** 20),
  length: fc.integer({ min: 1, max: 12 }),
  piece: fc.constantFrom(...pieces),
});
export type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Makes the change. */
export function mutate(text: string, { kind, at, to, length, piece }: Mutation): string {
  const from = Math.floor(at * text.length);
  const target = Math.floor(to * text.length);
  const lineStart = text.lastIndexOf('\n', from) + 1;
  switch (kind) {
    case 'insert':
      return text.slice(0, from) + piece + text.slice(from);
    case 'replace':
      return text.slice(0, from) + piece + text.slice(from + length);
    case 'delete':
      return text.slice(0, from) + text.slice(from + length);
    case 'copy':
      return text.slice(0, target) + text.slice(from, from + 4 * length) + text.slice(target);
    case 'indent':
      return `${text.slice(0, lineStart)}${' '.repeat(length % 4)}${text.slice(lineStart + (length % 3))}`;
    case 'cut':
      return text.slice(0, from);
  }
}

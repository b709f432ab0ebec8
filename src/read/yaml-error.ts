import type { Document, Scalar, YAMLParseError } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { quoteText, spanError } from './span-error.ts';
import { templateError } from './template.ts';
import { yamlPackage } from './yaml-package.ts';

/**
 * The commonest of the package's messages, in words that a user of kubectl expects; `%` stands for
 * the text from the error to the end of its line.
 */
const rewordings: readonly (readonly [pattern: RegExp, message: string, hint: string])[] = [
  [/^Implicit map keys? need/, 'expected `key: value`, got `%`', 'is a colon missing?'],
  [/^Implicit keys? need/, 'expected `key: value`, got `%`', 'is a colon missing, or a quote?'],
  [
    /^All mapping items must/,
    'the line is indented like no line above',
    'indent it like its neighbours',
  ],
  [
    /^Nested mappings are not/,
    'a second `: ` in one line, in `%`',
    'quote the value if it contains `: `',
  ],
  [/^Plain value cannot start/, 'a value cannot begin like `%`', 'quote the value'],
  [/ at node end$/, 'unexpected text after a value: `%`', 'check the quotes before it'],
  [/^Flow .* end with a/, 'a bracket is still open before `%`', 'close it with `]` or `}`'],
  [
    /^Invalid escape sequence/,
    'unknown escape `%`',
    'write `\\\\` for a backslash, or use single quotes',
  ],
];

/**
 * The error to show for a document that the `yaml` package refuses: the first of its errors, since
 * those after it are mostly its consequences.
 *
 * @param shift where the parsed text begins in the source, in UTF-16 units
 */
export function yamlError(
  document: Document.Parsed,
  error: YAMLParseError,
  source: Source,
  shift: number,
): Diagnostic {
  const start = Math.max(0, error.pos[0] + shift);
  const end = Math.min(source.text.length, Math.max(start, error.pos[1] + shift));
  const template = templateError(source, start);
  if (template !== undefined) return template;
  if (error.code === 'TAB_AS_INDENT') return tabError(source, start);
  if (error.code === 'RESOURCE_EXHAUSTION') {
    const hint = 'check the indentation and the brackets';
    return spanError('NATC1020', 'nested too deeply', [{ source, start, end: start + 1 }], hint);
  }
  const opened = openQuote(document, error, source, shift);
  if (opened !== undefined) {
    const quote = opened + shift;
    return spanError(
      'NATC1014',
      `a quote is not closed: ${quoteText(source.text.slice(quote, endOfLine(source, quote)))}`,
      [
        { source, start: quote, end: quote + 1, note: 'opened here' },
        { source, start, end, note: 'noticed here' },
      ],
      'close the quote, or double a quote inside it',
    );
  }
  const rest = source.text.slice(start, endOfLine(source, start));
  const [, message, hint] = rewordings.find(([pattern]) => pattern.test(error.message)) ?? [];
  return spanError(
    'NATC1010',
    `invalid YAML: ${message?.replace('%', () => quoteText(rest)) ?? lowerFirst(error.message)}`,
    [{ source, start, end: Math.min(end, start + rest.length) }],
    hint ?? 'check the indentation, quotes and brackets around it',
  );
}

function tabError(source: Source, start: number): Diagnostic {
  let end = start;
  while (source.text[end] === '\t') end++;
  return spanError(
    'NATC1013',
    'a tab is used for indentation',
    [{ source, start, end: Math.max(end, start + 1) }],
    'indent with spaces; YAML allows no tabs',
  );
}

/**
 * Where a quote was opened that is still open at the error, or that was closed there after running
 * over several lines: then a quote before has lost its partner.
 */
function openQuote(
  document: Document.Parsed,
  error: YAMLParseError,
  source: Source,
  shift: number,
): number | undefined {
  const offset = error.pos[0];
  const isUnclosed = error.message.startsWith('Missing closing');
  let opened: number | undefined;
  yamlPackage().visit(document, {
    Scalar(_key, node: Scalar) {
      if (node.type !== 'QUOTE_DOUBLE' && node.type !== 'QUOTE_SINGLE') return;
      const [start, end] = node.range ?? [0, 0];
      if (
        start < offset &&
        end === offset &&
        (isUnclosed || source.text.slice(start + shift, end + shift).includes('\n'))
      ) {
        opened = start;
      }
    },
  });
  return opened;
}

function endOfLine(source: Source, offset: number): number {
  const lineFeed = source.text.indexOf('\n', offset);
  return lineFeed < 0 ? source.text.length : lineFeed;
}

const lowerFirst = (message: string): string => {
  const text = message.split('\n', 1)[0]?.trim() ?? message;
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
};

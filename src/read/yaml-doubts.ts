import type { Span } from './span-error.ts';

/** So much of a line before a key is looked at, since a whole document may stand in one line. */
const longestLead = 256;

/** From the end of a key to its colon. */
const toColon = /(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\n]*)*:/y;

/**
 * Whether a key, its colon and a tag or anchor before it included, is over several lines, which the package
 * allows within brackets.
 */
export function isKeyOverLines(
  { source: { text }, start, end }: Span,
  hasProperty: boolean,
): boolean {
  if (hasProperty && /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - longestLead), start)))
    return true;
  if (text.slice(start, end).trimEnd().includes('\n')) return true;
  toColon.lastIndex = end;
  return toColon.exec(text)?.[0].includes('\n') === true;
}

const escapedBreak = /(?<!\\)(?:\\\\)*\\\r?\n[ \t]*\r?\n/;

/** Why a scalar is not the same text for YAML 1.2 and for Go; undefined where it is. */
export function scalarDoubt(
  type: string | undefined,
  { source, start, end }: Span,
): { readonly problem: string; readonly hint: string } | undefined {
  const text = source.text.slice(start, end);
  switch (type) {
    case 'QUOTE_DOUBLE':
      return escapedBreak.test(text)
        ? {
            problem: 'a blank line after an escaped line break',
            hint: 'remove the backslash or the blank line',
          }
        : undefined;
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return hasTabInIndentation(text)
        ? { problem: 'a tab in the indentation of a block', hint: 'indent it with spaces' }
        : undefined;
    default:
      return undefined;
  }
}

/** Where YAML 1.2 lets the text of a block begin with a tab, or a blank line of it, Go expects a space. */
function hasTabInIndentation(block: string): boolean {
  const [header = '', ...lines] = block.split('\n');
  if (!block.includes('\t')) return false;
  if (/^[|>][-+]?\d/.test(header)) return lines.some((line) => /^ *\t/.test(line));
  let indent = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const spaces = /^ */.exec(line)?.[0].length ?? 0;
    if (line.charAt(spaces) === '\t' && (spaces < indent || indent === Number.POSITIVE_INFINITY))
      return true;
    if (indent === Number.POSITIVE_INFINITY && line.trimEnd().length > spaces) indent = spaces;
  }
  return false;
}

/** What a line may hold up to a question mark that stands for a key, and what may follow it before the key. */
const markInBlock = /^(?:[ \t]|[-?:][ \t])*\?(?:\s+[&!]\S*)*$/;
const markInBrackets = /(?:^|[,{[])\s*\?(?:\s+[&!]\S*)*$/;

/** Whether a key follows a question mark (`? key`), on its line or before comments and blank lines. */
export function isExplicitKey({ source: { text }, start }: Span, isFlow: boolean): boolean {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const column = start - lineStart;
  let line = text.slice(Math.max(lineStart, start - longestLead), start).trimEnd();
  for (let from = lineStart; line === '' && from > 0; ) {
    const end = from - 1;
    from = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1;
    line = text
      .slice(from, end)
      .replace(/(?:^|\s)#.*$/, '')
      .trimEnd();
  }
  if (isFlow) return markInBrackets.test(line);
  return markInBlock.test(line) && line.indexOf('?') < column;
}

/** Whether a tab stands between the dash of an entry and what comes after it, where Go takes spaces only. */
export function hasTabAfterDash({ source: { text }, start }: Span): boolean {
  const isBlank = (at: number): boolean => text.charAt(at) === ' ' || text.charAt(at) === '\t';
  let [from, to] = [start, start];
  while (isBlank(from - 1)) from--;
  while (isBlank(to)) to++;
  return text.charAt(from - 1) === '-' && text.slice(from, to).includes('\t');
}

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { quoteText, spanError } from './span-error.ts';

const hint = 'render the templates first, e.g. with `helm template`, and give natc the output';

/**
 * The error for a Helm template that was given unrendered, when there is a `{{` on the line of
 * `offset` or the line before; those are where such a template breaks the YAML.
 */
export function templateError(source: Source, offset: number): Diagnostic | undefined {
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const previousStart = lineStart === 0 ? 0 : text.lastIndexOf('\n', lineStart - 2) + 1;
  const lineFeed = text.indexOf('\n', offset);
  const lineEnd = lineFeed < 0 ? text.length : lineFeed;
  const inLine = text.slice(lineStart, lineEnd).indexOf('{{');
  const inPrevious = text.slice(previousStart, lineStart).indexOf('{{');
  if (inLine < 0 && inPrevious < 0) return undefined;
  const start = inLine >= 0 ? lineStart + inLine : previousStart + inPrevious;
  const line = text.slice(start, inLine >= 0 ? lineEnd : lineStart - 1);
  const close = line.indexOf('}}');
  const action = close < 0 ? line : line.slice(0, close + 2);
  const span = { source, start, end: start + action.trimEnd().length };
  return spanError('NATC1016', templateMessage(action), [span], hint);
}

const templateMessage = (text: string): string =>
  `\`${quoteText(text)}\` is an unrendered template`;

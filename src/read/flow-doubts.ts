import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { spanError } from './span-error.ts';
import { yamlPackage } from './yaml-package.ts';

/** After a colon one of these ends a key in YAML 1.2; Go takes the colon for a part of the text. */
const closing = ',[]{}';

/**
 * Refuses what YAML 1.2 and Go read differently right inside of brackets: unquoted text that begins with a
 * colon or has a question mark before a blank, and a key whose colon touches the comma or bracket after it.
 *
 * @param shift where the parsed text begins in the source, in UTF-16 units
 */
export function flowDoubts(
  collection: YAMLMap | YAMLSeq,
  source: Source,
  shift: number,
): readonly Diagnostic[] {
  if (collection.flow !== true) return [];
  const { isPair } = yamlPackage();
  return (collection.items as readonly unknown[]).flatMap((item) => {
    const pair = isPair(item) ? (item as Pair) : undefined;
    return pair === undefined
      ? textProblems(item, source, shift, false)
      : [
          ...textProblems(pair.key, source, shift, true),
          ...textProblems(pair.value, source, shift, false),
        ];
  });
}

function textProblems(
  node: unknown,
  source: Source,
  shift: number,
  isKey: boolean,
): readonly Diagnostic[] {
  const { isScalar } = yamlPackage();
  const range = isScalar(node) && node.type === 'PLAIN' ? (node as Node).range : undefined;
  if (range == null) return [];
  const { text } = source;
  const start = range[0] + shift;
  const end = start + text.slice(start, range[1] + shift).trimEnd().length;
  const next = text.charAt(end + 1);
  const isDoubtful =
    (end > start && text.charAt(start) === ':') ||
    /\?[ \t\r\n]/.test(text.slice(start, end + 1)) ||
    (isKey && text.charAt(end) === ':' && next !== '' && closing.includes(next));
  if (!isDoubtful) return [];
  const message =
    'invalid YAML: a colon or question mark in brackets that readers take differently';
  const span = { source, start, end: Math.max(end, start + 1) };
  return [
    spanError('NATC1010', message, [span], 'quote the text, or put a space behind the colon'),
  ];
}

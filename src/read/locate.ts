import type { Place } from '../diagnostics/diagnostic.ts';
import type { Location, Source } from '../diagnostics/source.ts';
import { yamlPackage } from './yaml-package.ts';

function at(source: Source, start: number, end: number): Location {
  const position = (offset: number) => {
    const before = source.text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length, column: offset - lineStart + 1, lineStart };
  };
  const from = position(start);
  const to = position(end);
  const lineEnd = source.text.indexOf('\n', from.lineStart);
  return {
    file: source.name,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    lineText: source.text.slice(from.lineStart, lineEnd < 0 ? undefined : lineEnd),
  };
}

/**
 * The position of a place in its file. A missing field gives its nearest existing parent's key;
 * places without text (whole files, options) give undefined.
 */
export function locate(place: Place): Location | undefined {
  if (place.kind === 'span') return at(place.source, place.start, place.end);
  if (place.kind !== 'field') return undefined;
  const { isMap, isScalar, isSeq, parseDocument } = yamlPackage();
  const { source, extent } = place.object;
  const document = parseDocument(source.text.slice(extent.start, extent.end));
  let node: unknown = document.contents;
  let range: readonly number[] = document.contents?.range ?? [0, 0];
  for (const step of [...extent.path, ...place.path]) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined) break;
      const key = isScalar(pair.key) ? (pair.key.range ?? range) : range;
      node = pair.value;
      range = place.at !== 'key' && isScalar(node) && node.range ? node.range : key;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as { range?: readonly number[] } | undefined;
      if (item === undefined) break;
      node = item;
      range = item.range ?? range;
    } else break;
  }
  return at(source, extent.start + (range[0] ?? 0), extent.start + (range[1] ?? 0));
}

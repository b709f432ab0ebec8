import type { Place } from '../diagnostics/diagnostic.ts';
import type { Location, Source } from '../diagnostics/source.ts';
import { lineOf, lineStarts } from './line-starts.ts';
import { locateInJson } from './locate-json.ts';
import { locateInYaml } from './locate-yaml.ts';

/** Offsets in a source's text; `end` is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The position of a place in its file. A field that is not there gives its nearest existing parent's
 * key, and an object as a whole its first character; places without text (whole files, options)
 * give undefined.
 *
 * Objects carry no positions: the slice of text that a field's object came from is parsed once more,
 * about a millisecond for an object as kubectl prints it.
 */
export function locate(place: Place): Location | undefined {
  // Nobody has seen the text that stands for a cluster's objects; their names say enough.
  const isListed = place.kind === 'field' && place.object.source.name === '<cluster>';
  if (isListed) return undefined;
  switch (place.kind) {
    case 'span':
      return locationOf(place.source, place);
    case 'field': {
      const { source, extent } = place.object;
      const find = extent.format === 'json' ? locateInJson : locateInYaml;
      return locationOf(source, find(source, extent, place.path, place.at ?? 'value'));
    }
    case 'file':
    case 'option':
      return undefined;
  }
}

function locationOf(source: Source, range: TextRange): Location {
  const starts = lineStarts(source);
  const line = lineOf(starts, range.start);
  const endLine = lineOf(starts, Math.max(range.start, range.end));
  const lineStart = starts[line] ?? 0;
  const next = starts[line + 1];
  const lineEnd = next === undefined ? source.text.length : next - 1;
  const lineText = source.text.slice(lineStart, lineEnd);
  return {
    file: source.name,
    line: line + 1,
    column: range.start - lineStart + 1,
    endLine: endLine + 1,
    endColumn: Math.max(range.start, range.end) - (starts[endLine] ?? 0) + 1,
    lineText: lineText.endsWith('\r') ? lineText.slice(0, -1) : lineText,
  };
}

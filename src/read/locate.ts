import type { Place } from '../diagnostics/place.ts';
import type { Location, Source } from '../diagnostics/source.ts';
import { lineAt } from './line-starts.ts';
import { locateInJson } from './locate-json.ts';
import { locateInYaml } from './locate-yaml.ts';
import type { TextRange } from './text-range.ts';

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
      const { object, path, at = 'value' } = place;
      const { source, extent } = object;
      const range =
        extent.format === 'json'
          ? locateInJson(object, path, at)
          : locateInYaml(source, extent, path, at);
      return locationOf(source, range);
    }
    case 'file':
    case 'option':
      return undefined;
  }
}

function locationOf(source: Source, range: TextRange): Location {
  const end = Math.max(range.start, range.end);
  const line = lineAt(source, range.start);
  const endLine = lineAt(source, end);
  const lineBreak = source.text.indexOf('\n', line.start);
  const lineText = source.text.slice(line.start, lineBreak < 0 ? undefined : lineBreak);
  return {
    file: source.name,
    line: line.index + 1,
    column: range.start - line.start + 1,
    endLine: endLine.index + 1,
    endColumn: end - endLine.start + 1,
    lineText: lineText.endsWith('\r') ? lineText.slice(0, -1) : lineText,
  };
}

import type { Extent, Source, SourceObject } from '../diagnostics/source.ts';
import type { Input } from '../read/inputs.ts';
import { readObjects } from '../read/read.ts';
import { type Item, inputOf } from './items.ts';

/** What one item of the input is. */
export type ReadItem =
  | { readonly kind: 'object'; readonly object: SourceObject }
  /** Of a kind that natc does not use. */
  | { readonly kind: 'skipped' }
  /** Something is to be said of how it is written. */
  | { readonly kind: 'odd' };

/** Reads items by themselves; their positions are those in the whole input. */
export function itemReader(inputs: readonly Input[]): (item: Item) => ReadItem {
  const sources = inputs.map(({ name, bytes }) => lazySource(name, bytes));
  return (item) => {
    const { objects, skipped, diagnostics, cutOff } = readObjects([inputOf(item, inputs)]);
    const [object] = objects;
    const source = sources[item.input];
    if (object === undefined || source === undefined)
      return skipped.size === 1 && objects.length === 0 ? { kind: 'skipped' } : { kind: 'odd' };
    const isOdd = diagnostics.length + cutOff.length > 0;
    if (objects.length + skipped.size !== 1 || isOdd) return { kind: 'odd' };
    const bytes = inputs[item.input]?.bytes ?? new Uint8Array();
    return { kind: 'object', object: placed(object, source, item, bytes) };
  };
}

/** The text is made when the first diagnostic points into it. */
function lazySource(name: string, bytes: Uint8Array): Source {
  let text: string | undefined;
  return {
    name,
    get text() {
      text ??= new TextDecoder().decode(bytes);
      return text;
    },
  };
}

function placed(
  { apiVersion, kind, value }: SourceObject,
  source: Source,
  item: Item,
  bytes: Uint8Array,
): SourceObject {
  let extent: Extent | undefined;
  return {
    ...{ source, apiVersion, kind, value },
    get extent() {
      extent ??= extentOf(item, source, bytes);
      return extent;
    },
  };
}

/** The extent that reading the whole input gives. */
function extentOf({ style, start, end, index }: Item, source: Source, bytes: Uint8Array): Extent {
  if (style === 'json-list')
    return { format: 'json', start: 0, end: source.text.length, path: ['items', index] };
  const lengthTo = (offset: number) => new TextDecoder().decode(bytes.subarray(0, offset)).length;
  const dash = style === 'yaml-list' ? '- '.length : 0;
  return { format: 'yaml', start: lengthTo(start) + dash, end: lengthTo(end), path: [] };
}

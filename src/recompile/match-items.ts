import type { SourceObject } from '../diagnostics/source.ts';
import type { Item } from './items.ts';

/**
 * Which object each item is.
 *
 * @returns undefined when the items are not the objects: one is missing or begins or ends elsewhere
 */
export function matchItems(
  items: readonly Item[],
  objects: readonly SourceObject[],
  skipped: number,
): ReadonlyMap<Item, SourceObject> | undefined {
  const isJson = items.some(({ style }) => style === 'json-list');
  if (isJson && items.length !== objects.length + skipped) return undefined;
  const bySource = new Map<string, Item[]>();
  for (const item of items) {
    const own = bySource.get(item.source);
    if (own === undefined) bySource.set(item.source, [item]);
    else own.push(item);
  }
  const matched = new Map<Item, SourceObject>();
  const offsetOf = byteOffsets();
  for (const object of objects) {
    const own = bySource.get(object.source.name) ?? [];
    const item = own[0]?.style === 'json-list' ? listedItem(own, object) : itemAt(own, object);
    if (item === undefined || matched.has(item)) return undefined;
    matched.set(item, object);
  }
  return matched;

  function itemAt(own: readonly Item[], { source, extent }: SourceObject): Item | undefined {
    const dash = own[0]?.style === 'yaml-list' ? '- '.length : 0;
    const start = offsetOf(source.text, extent.start) - dash;
    const end = offsetOf(source.text, extent.end);
    const item = own[indexOfStart(own, start)];
    return extent.path.length === 0 && item?.end === end ? item : undefined;
  }
}

/** The item of a JSON List, whose objects know their index and not their offset. */
function listedItem(own: readonly Item[], { extent }: SourceObject): Item | undefined {
  const [items, index, ...rest] = extent.path;
  const isItem = items === 'items' && typeof index === 'number' && rest.length === 0;
  return isItem ? own[index] : undefined;
}

function indexOfStart(items: readonly Item[], start: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return items[low]?.start === start ? low : -1;
}

/** Turns ascending offsets in text into offsets in its UTF-8 bytes. */
function byteOffsets(): (text: string, offset: number) => number {
  let [last, characters, bytes] = ['', 0, 0];
  return (text, offset) => {
    if (text !== last || offset < characters) [last, characters, bytes] = [text, 0, 0];
    bytes += Buffer.byteLength(text.slice(characters, offset));
    characters = offset;
    return bytes;
  };
}

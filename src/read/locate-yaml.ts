import type { Document, Node, Pair } from 'yaml';
import type { Extent, FieldPath, Source } from '../diagnostics/source.ts';
import { parseYamlNodes } from './full-yaml.ts';
import { goKey } from './go-scalar.ts';
import type { TextRange } from './text-range.ts';
import { yamlPackage } from './yaml-package.ts';

interface Parsed {
  readonly start: number;
  readonly end: number;
  readonly document: Document.Parsed;
  /** Where the parsed text begins in the source. */
  readonly shift: number;
}

/** The last slice parsed of each source: diagnostics of one object come one after the other. */
const lastParsed = new WeakMap<Source, Parsed>();

function parse(source: Source, { start, end }: Extent): Parsed {
  const last = lastParsed.get(source);
  if (last?.start === start && last.end === end) return last;
  const { text } = source;
  // A document begins at its line's start; an item of a List has its `- ` before it.
  const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const column = start - lineStart;
  const document = parseYamlNodes(text.slice(start, end), column);
  const parsed = { start, end, document, shift: start - column };
  lastParsed.set(source, parsed);
  return parsed;
}

/** Where a field of a YAML object stands, or its nearest existing parent's key. */
export function locateInYaml(
  source: Source,
  extent: Extent,
  path: FieldPath,
  at: 'key' | 'value',
): TextRange {
  const { document, shift } = parse(source, extent);
  const toRange = (node: unknown): TextRange | undefined => {
    if (!yamlPackage().isNode(node) || !node.range) return undefined;
    const start = node.range[0] + shift;
    const length = source.text.slice(start, node.range[1] + shift).trimEnd().length;
    return { start, end: start + length };
  };
  const find = finder(document);
  let node: unknown = document.contents;
  for (const step of extent.path) node = find(node, step)?.value ?? node;
  let key = firstKey(node, toRange) ?? { start: extent.start, end: extent.start + 1 };
  let range = key;
  for (const [index, step] of path.entries()) {
    const entry = find(node, step);
    if (entry === undefined) return key;
    node = entry.value;
    key = toRange(entry.key) ?? firstKey(node, toRange) ?? toRange(node) ?? key;
    const value = index === path.length - 1 && at === 'value' ? toRange(node) : undefined;
    // An empty value (`port:`) has no text to point at.
    range = value !== undefined && value.end > value.start ? value : key;
  }
  return range;
}

/** The first key of a mapping; for anything else its beginning. */
function firstKey(
  node: unknown,
  toRange: (node: unknown) => TextRange | undefined,
): TextRange | undefined {
  const { isMap } = yamlPackage();
  const range = isMap(node) && !node.flow ? toRange(node.items[0]?.key) : toRange(node);
  return isMap(node) && node.flow && range ? { start: range.start, end: range.start + 1 } : range;
}

interface Entry {
  /** Undefined for an item of a sequence. */
  readonly key: unknown;
  readonly value: unknown;
}

/** Steps from a node to a child as the reader sees it: through aliases and merge keys. */
function finder(
  document: Document.Parsed,
): (node: unknown, step: string | number) => Entry | undefined {
  const { isAlias, isMap, isScalar, isSeq } = yamlPackage();
  const target = (node: unknown): unknown =>
    isAlias(node) ? (node.resolve(document) as Node | undefined) : node;
  const keyText = ({ key }: Pair): string | undefined => {
    const node = target(key);
    if (!isScalar(node)) return undefined;
    const text = String(node.value ?? '');
    return node.type === 'PLAIN' && node.tag === undefined ? goKey(text) : text;
  };
  const isMerge = ({ key }: Pair): boolean =>
    isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
  const find = (node: unknown, step: string | number): Entry | undefined => {
    const collection = target(node);
    if (isSeq(collection)) {
      const item = collection.items[Number(step)];
      return item === undefined ? undefined : { key: undefined, value: item };
    }
    if (!isMap(collection)) return undefined;
    let found: Entry | undefined;
    for (const pair of collection.items) {
      if (isMerge(pair)) {
        const merged = target(pair.value);
        const sources = isSeq(merged) ? [...merged.items].reverse() : [merged];
        for (const source of sources) found = find(source, step) ?? found;
      } else if (keyText(pair) === String(step)) {
        found = pair;
      }
    }
    return found;
  };
  return find;
}

/**
 * Where things stand in a ruleset as `renderNft` prints it, found by its lines alone. Offsets are those
 * of the text; ends are exclusive.
 */

export interface TableLayout {
  /** `add table ip natc`, the line that it begins with. */
  readonly heading: string;
  readonly start: number;
  readonly collections: readonly Block[];
  readonly chains: readonly Block[];
}

/** A set, map or chain, from its first line to its closing brace. */
export interface Block {
  readonly kind: 'set' | 'map' | 'chain';
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The lines between the braces of `elements`; undefined when there are none. */
  readonly elements: Span | undefined;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The elements of one Service in one collection, from its comment to the next Service's. */
export interface Group extends Span {
  /** `namespace/name` */
  readonly service: string;
}

const tableStart = 'add table ';
/** The lines around a block's elements, and its last line. */
export const opening = '\t\telements = {\n';
export const closing = '\t\t}\n';
export const lastLine = '\t}\n';
const blockEnd = `\n${lastLine}`;
const elementsStart = `\n${opening}`;
const heading = /\t(set|map|chain) (\S+) \{\n/y;

/** The tables of a ruleset's text. */
export function layoutOf(text: string): readonly TableLayout[] {
  const tables: TableLayout[] = [];
  let start = 0;
  while (text.startsWith(tableStart, start)) {
    const headingEnd = text.indexOf('\n', start);
    const line = text.slice(start, headingEnd);
    const table = { heading: line, start, collections: [], chains: [] };
    start = readBlocks(text, headingEnd, table);
    tables.push(table);
  }
  return tables;
}

/** Reads a table's blocks, and returns where the next table begins. */
function readBlocks(
  text: string,
  from: number,
  { collections, chains }: { readonly collections: Block[]; readonly chains: Block[] },
): number {
  let pos = from;
  while (pos < text.length && !text.startsWith(tableStart, pos)) {
    heading.lastIndex = pos;
    const [line, kind, name] = heading.exec(text) ?? [];
    if (line === undefined || kind === undefined || name === undefined) {
      pos = afterLine(text, pos);
      continue;
    }
    const body = pos + line.length;
    // An empty chain's brace follows at once.
    const end = text.indexOf(blockEnd, body - 1) + blockEnd.length;
    const block = { name, start: pos, end, elements: elementsIn(text, body, end) };
    if (kind === 'chain') chains.push({ ...block, kind });
    else collections.push({ ...block, kind: kind === 'set' ? 'set' : 'map' });
    pos = end;
  }
  return pos;
}

const afterLine = (text: string, pos: number): number => {
  const lineFeed = text.indexOf('\n', pos);
  return lineFeed < 0 ? text.length : lineFeed + 1;
};

/** Longer than all that stands before the elements: the type, flags, a timeout, a comment. */
const longestDeclaration = 1024;

function elementsIn(text: string, start: number, end: number): Span | undefined {
  const declaration = text.slice(start, Math.min(end, start + longestDeclaration));
  const found = declaration.indexOf(elementsStart);
  if (found < 0) return undefined;
  return {
    start: start + found + elementsStart.length,
    end: end - closing.length - lastLine.length,
  };
}

const ownerStart = '\n\t\t\t# ';
/** Goes on about the Service above. */
const continuation = '  ';

/** The groups of a collection's elements, in order. */
export function groupsIn(text: string, elements: Span | undefined): readonly Group[] {
  if (elements === undefined) return [];
  const { start, end } = elements;
  const groups: { readonly service: string; readonly start: number; end: number }[] = [];
  // The line break before the first line is part of what is looked for.
  let pos = text.indexOf(ownerStart, start - 1);
  while (pos >= 0 && pos < end) {
    const nameStart = pos + ownerStart.length;
    if (!text.startsWith(continuation, nameStart)) {
      const service = serviceOf(text.slice(nameStart, text.indexOf('\n', nameStart)));
      const last = groups.at(-1);
      if (last === undefined || last.service !== service) {
        if (last !== undefined) last.end = pos + 1;
        groups.push({ service, start: pos + 1, end });
      }
    }
    pos = text.indexOf(ownerStart, nameStart);
  }
  return groups;
}

/** The Service of a ServicePort's name, `namespace/name:port`. */
export function serviceOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

/** The lines of elements that are no comments, without indentation and comma. */
export function elementLines(text: string, span: Span | undefined): readonly string[] {
  if (span === undefined) return [];
  return text
    .slice(span.start, span.end)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('\t\t\t#'))
    .map((line) => line.slice('\t\t\t'.length, -','.length));
}

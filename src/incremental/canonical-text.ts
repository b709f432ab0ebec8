import type { NftFamily } from '../ruleset/ast.ts';
import type {
  CanonicalChain,
  CanonicalCollection,
  CanonicalRuleset,
  CanonicalTable,
} from '../ruleset/canonical.ts';
import { type Block, elementLines, layoutOf, type TableLayout } from './layout.ts';

/**
 * The canonical form of a ruleset, from the text that `renderNft` prints of it: the same as
 * `canonicalRuleset` gives, without the ruleset.
 */
export const canonicalOfText = (text: string): CanonicalRuleset => ({
  tables: layoutOf(text).map((table) => canonicalTable(text, table)),
});

function canonicalTable(
  text: string,
  { heading, start, collections, chains }: TableLayout,
): CanonicalTable {
  const [, , family, name = ''] = heading.split(' ');
  const head = linesOf(text, start, collections[0]?.start ?? start);
  return {
    family: family as NftFamily,
    name,
    comment: commentIn(head, '\t'),
    collections: new Map(
      collections.map((collection) => [collection.name, canonicalCollection(text, collection)]),
    ),
    chains: new Map(chains.map((chain) => [chain.name, canonicalChain(text, chain)])),
  };
}

const linesOf = (text: string, start: number, end: number): readonly string[] =>
  text.slice(start, end).split('\n');

const comment = 'comment "';

/** The text of the line `comment "…"`; natc's own comments hold no quotes. */
function commentIn(lines: readonly string[], indentation: string): string | undefined {
  const line = lines.find((each) => each.startsWith(indentation + comment));
  return line?.slice(indentation.length + comment.length, -1);
}

/** Between the heading of a set or map and its elements. */
const isDeclaration = (line: string): boolean =>
  line.startsWith('\t\t') && !line.startsWith(`\t\t${comment}`) && line !== '\t\telements = {';

function canonicalCollection(
  text: string,
  { kind, start, end, elements }: Block,
): CanonicalCollection {
  const head = linesOf(text, start, elements?.start ?? end);
  const declaration = head.filter(isDeclaration).map((line) => line.trim());
  const flags = declaration.find((line) => line.startsWith('flags ')) ?? '';
  return {
    kind: kind === 'set' ? 'set' : 'map',
    declaration: declaration.join('; '),
    comment: commentIn(head, '\t\t'),
    merges: declaration.includes('auto-merge'),
    isDynamic: flags.includes('dynamic'),
    elements: new Map(elementLines(text, elements).map(keyAndRest)),
  };
}

/** Where the key of an element ends: before its comment, or its value. */
function keyAndRest(line: string): readonly [key: string, rest: string] {
  const found = line.indexOf(' comment ');
  const end = found < 0 ? line.indexOf(' : ') : found;
  return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end)];
}

function canonicalChain(text: string, { start, end }: Block): CanonicalChain {
  const lines = linesOf(text, start, end)
    .filter((line) => line.startsWith('\t\t') && !line.startsWith('\t\t#'))
    .map((line) => line.slice('\t\t'.length))
    .filter((line) => !line.startsWith(comment));
  const [first] = lines;
  return first?.startsWith('type ') === true
    ? { hook: first, rules: lines.slice(1) }
    : { hook: '', rules: lines };
}

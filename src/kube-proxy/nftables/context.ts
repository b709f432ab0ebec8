import type { NftFamily } from '../../net/family.ts';
import type { Collection } from '../../nftables/ast.ts';
import { NftSyntaxError, type Scanner } from '../../nftables/parse/scanner.ts';
import type { TableContext } from '../../nftables/parse/table-context.ts';
import type { NotUnderstood } from '../../packet/not-understood.ts';

/** What reading one table of kube-proxy's gathers on the way. */
export interface ListingContext extends TableContext {
  readonly family: NftFamily;
  readonly text: string;
  /** Sets and maps: those with a name, and those that stand in a rule under names that nft would give. */
  readonly collections: Collection[];
  readonly notUnderstood: NotUnderstood[];
  /** The line of an offset, from 1; takes constant time where offsets grow. */
  readonly lineOf: (offset: number) => number;
}

/** Keeps what a rule has in braces as a set or map of the table, as the kernel does. */
export function addAnonymous(
  { collections }: ListingContext,
  make: (name: string) => Collection,
): string {
  const collection = make(`in-rule.${collections.length}`);
  collections.push({ ...collection, isAnonymous: true });
  return collection.name;
}

/** Counts lines up to an offset, going on from the offset that was asked for before. */
export function lineCounter(text: string): (offset: number) => number {
  let at = 0;
  let line = 1;
  return (offset) => {
    if (offset < at) {
      at = 0;
      line = 1;
    }
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; ) {
      line += 1;
      at = next + 1;
      next = text.indexOf('\n', at);
    }
    return line;
  };
}

/** Where reading a part of a listing gave up. */
export interface GivenUp {
  readonly failedAt: number;
  /** Behind the thing, which was passed over. */
  readonly end: number;
  readonly message: string;
}

/**
 * Runs a reader of one thing: a rule, or a block with its braces. Where it gives up, the whole of the thing
 * is passed over.
 */
export function tryReading<T>(
  scanner: Scanner,
  read: () => T,
): { readonly read: T } | { readonly gaveUp: GivenUp } {
  const { start } = scanner.peek();
  try {
    return { read: read() };
  } catch (error) {
    if (!(error instanceof NftSyntaxError)) throw error;
    scanner.seek(start);
    const gaveUp = { failedAt: error.start, end: skipThing(scanner), message: error.message };
    return { gaveUp };
  }
}

/** Up to the end of the line, or of the blocks that were opened in it. */
function skipThing(scanner: Scanner): number {
  for (let depth = 0; ; ) {
    const { kind, text, start } = scanner.peek();
    const isSign = kind === 'sign';
    if (kind === 'eof' || (depth === 0 && (kind === 'end' || (isSign && text === '}'))))
      return start;
    if (isSign && text === '{') depth += 1;
    if (isSign && text === '}') depth -= 1;
    scanner.next();
  }
}

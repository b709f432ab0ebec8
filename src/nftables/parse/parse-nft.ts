import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Source } from '../../diagnostics/source.ts';
import type { NftFamily } from '../../net/family.ts';
import type { Chain, Collection, Ruleset, Table } from '../ast.ts';
import { parseChain } from './chain.ts';
import { parseMap, parseSet } from './collection.ts';
import { createScanner, NftSyntaxError, type Scanner } from './scanner.ts';
import type { TableContext } from './table-context.ts';

export interface ParsedRuleset {
  /** Undefined when the text cannot be read. */
  readonly ruleset: Ruleset | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads nft text back into a ruleset: the inverse of rendering, and what `nft list table` prints of a
 * table that natc wrote (nft 1.0.6 and 1.1; element order, priorities by name, counters, handles and
 * remaining lifetimes do not matter).
 *
 * Anything that natc does not write is an error (NATC4101), never skipped: what is not understood
 * cannot be explained or compared.
 */
export function parseNft(source: Source): ParsedRuleset {
  try {
    return { ruleset: parseRuleset(createScanner(source)), diagnostics: [] };
  } catch (error) {
    if (!(error instanceof NftSyntaxError)) throw error;
    const { message, start, end } = error;
    return {
      ruleset: undefined,
      diagnostics: [
        {
          code: 'NATC4101',
          severity: 'error',
          message,
          places: [{ kind: 'span', source, start, end }],
        },
      ],
    };
  }
}

function parseRuleset(scanner: Scanner): Ruleset {
  const tables: Table[] = [];
  for (;;) {
    scanner.skipEnds();
    if (scanner.peek().kind === 'eof') return { tables };
    const command = scanner.oneOf('table', 'add', 'delete');
    if (command === 'table') tables.push(parseTable(scanner));
    else skipTableCommand(scanner);
  }
}

/** `add table ip natc` and `delete table ip natc`, which clear the way for what follows. */
function skipTableCommand(scanner: Scanner): void {
  scanner.expect('table');
  scanner.oneOf('ip', 'ip6');
  scanner.name('the name of a table');
}

function parseTable(scanner: Scanner): Table {
  const family: NftFamily = scanner.oneOf('ip', 'ip6');
  const name = scanner.name('the name of a table');
  const context: TableContext = { family, blocks: new Map() };
  const collections: Collection[] = [];
  const chains: Chain[] = [];
  let comment: string | undefined;
  scanner.expect('{');
  scanner.skipEnds();
  while (!scanner.accept('}')) {
    const item = scanner.oneOf('map', 'set', 'chain', 'comment');
    if (item === 'map') collections.push(parseMap(scanner, context));
    else if (item === 'set') collections.push(parseSet(scanner, context));
    else if (item === 'chain') chains.push(parseChain(scanner, family));
    else comment = scanner.next().text;
    scanner.skipEnds();
  }
  return { family, name, ...(comment !== undefined && { comment }), collections, chains };
}

import type { NftFamily } from '../../net/family.ts';
import type { Chain, Hook, Rule, Statement, Table } from '../../nftables/ast.ts';
import { parseHook } from '../../nftables/parse/chain.ts';
import { NftSyntaxError, type Scanner } from '../../nftables/parse/scanner.ts';
import { isRuleEnd } from '../../nftables/parse/statement.ts';
import type { NotUnderstood } from '../../packet/not-understood.ts';
import { parseCollection } from './collection.ts';
import { type ListingContext, tryReading } from './context.ts';
import { parseListedStatement } from './statement.ts';
import { withoutLooseEnds } from './whole.ts';

/**
 * Reads `table ip kube-proxy { … }` as nft lists it, from the word `table` to its closing brace. What is not
 * understood stays in its place as that, and packets that meet it have no answer.
 *
 * @throws {NftSyntaxError} where the table, or a chain of it at a hook, cannot be told from what it is in
 */
export function parseTable(
  scanner: Scanner,
  text: string,
  lineOf: ListingContext['lineOf'],
): { readonly table: Table; readonly notUnderstood: readonly NotUnderstood[] } {
  scanner.expect('table');
  const family: NftFamily = scanner.oneOf('ip', 'ip6');
  const name = scanner.name('the name of a table');
  const context: ListingContext = {
    ...{ family, text, lineOf },
    blocks: new Map(),
    collections: [],
    notUnderstood: [],
  };
  const chains: Chain[] = [];
  scanner.expect('{');
  scanner.skipEnds();
  while (!scanner.accept('}')) {
    parseItem(scanner, context, chains);
    scanner.takeComments();
    scanner.skipEnds();
  }
  const { collections, notUnderstood } = context;
  return { table: withoutLooseEnds({ family, name, collections, chains }), notUnderstood };
}

function parseItem(scanner: Scanner, context: ListingContext, chains: Chain[]): void {
  const { start, text: word } = scanner.peek();
  const item = tryReading(scanner, () => {
    if (word === 'comment' || word === 'flags') {
      scanner.next();
      scanner.next();
    } else if (word === 'counter') skipCounterObject(scanner);
    else if (word === 'set' || word === 'map') {
      scanner.next();
      context.collections.push(parseCollection(scanner, context, word));
    } else {
      scanner.expect('chain');
      chains.push(parseChain(scanner, context));
    }
  });
  if ('gaveUp' in item) {
    const { message, failedAt, end } = item.gaveUp;
    const [head = '', second = ''] = context.text.slice(start, end).split('\n');
    // Without it packets would seem to pass where it may stop them.
    if (word === 'chain' && second.includes(' hook '))
      throw new NftSyntaxError(message, failedAt, failedAt + 1);
    context.notUnderstood.push({ text: head, line: context.lineOf(failedAt), why: message });
  }
}

/** `counter name { packets 0 bytes 0 }` */
function skipCounterObject(scanner: Scanner): void {
  scanner.expect('counter');
  scanner.name('the name of a counter');
  scanner.expect('{');
  while (!scanner.accept('}')) scanner.next();
}

function parseChain(scanner: Scanner, context: ListingContext): Chain {
  const name = scanner.name('the name of a chain');
  scanner.expect('{');
  scanner.skipEnds();
  let hook: Hook | undefined;
  const rules: Rule[] = [];
  while (!scanner.accept('}')) {
    if (scanner.accept('type')) hook = parseHook(scanner);
    else if (scanner.accept('comment')) scanner.next();
    else rules.push(parseRule(scanner, context));
    scanner.skipEnds();
  }
  return { name, ...(hook && { hook }), rules };
}

function parseRule(scanner: Scanner, context: ListingContext): Rule {
  const { start } = scanner.peek();
  const statements: Statement[] = [];
  let at = start;
  const { text, lineOf } = context;
  const parsed = tryReading(scanner, () => {
    do {
      at = scanner.peek().start;
      const statement = parseListedStatement(scanner, context);
      if (statement !== undefined) statements.push(statement);
    } while (!isRuleEnd(scanner.peek()));
    return scanner.peek().start;
  });
  const end = 'gaveUp' in parsed ? parsed.gaveUp.end : parsed.read;
  const line = lineOf(start);
  if ('gaveUp' in parsed) {
    const rest: NotUnderstood = { text: text.slice(at, end).trim(), line };
    context.notUnderstood.push(rest);
    statements.push({ kind: 'not-understood', ...rest });
  }
  return { statements, listed: { text: withoutHandle(text.slice(start, end)), line } };
}

const withoutHandle = (rule: string): string => rule.replace(/\s*# handle \d+\s*$/, '').trim();

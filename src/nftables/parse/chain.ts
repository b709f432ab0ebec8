import type { NftFamily } from '../../net/family.ts';
import type { Chain, Hook, Rule } from '../ast.ts';
import { chainRole } from './names.ts';
import type { Scanner } from './scanner.ts';
import { parseRule } from './statement.ts';

/** Names of priorities, for the families ip and ip6 (nft(8), "priority"). */
const priorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** After the word `chain`: its name and its block. */
export function parseChain(scanner: Scanner, family: NftFamily): Chain {
  const name = scanner.name('the name of a chain');
  scanner.expect('{');
  scanner.peek();
  scanner.takeComments();
  scanner.skipEnds();
  let comment: string | undefined;
  let hook: Hook | undefined;
  const rules: Rule[] = [];
  while (!scanner.accept('}')) {
    if (scanner.accept('type')) hook = parseHook(scanner);
    else if (scanner.accept('comment')) comment = scanner.next().text;
    else rules.push(parseReasonedRule(scanner, family));
    scanner.skipEnds();
  }
  const role = chainRole(name);
  return {
    name,
    ...(comment !== undefined && { comment }),
    ...(hook && { hook }),
    ...(role && { role }),
    rules,
  };
}

function parseReasonedRule(scanner: Scanner, family: NftFamily): Rule {
  const reason = scanner.takeComments().join(' ');
  const statements = parseRule(scanner, family);
  // What stands behind the rule on its line is a handle, not the reason of the next rule.
  scanner.takeComments();
  return { statements, ...(reason !== '' && { reason }) };
}

/** After the word `type`: `nat hook prerouting priority dstnat - 10; policy accept;` */
export function parseHook(scanner: Scanner): Hook {
  const type = scanner.oneOf('filter', 'nat');
  scanner.expect('hook');
  const hook = scanner.oneOf('prerouting', 'input', 'forward', 'output', 'postrouting');
  scanner.expect('priority');
  const priority = parsePriority(scanner);
  scanner.skipEnds();
  if (scanner.accept('policy')) scanner.expect('accept');
  scanner.peek();
  scanner.takeComments();
  return { type, hook, priority };
}

function parsePriority(scanner: Scanner): number {
  const text = scanner.word('a priority');
  const base =
    (Object.hasOwn(priorities, text) ? priorities[text] : undefined) ??
    (/^-?\d{1,9}$/.test(text) ? Number(text) : undefined);
  if (base === undefined) return scanner.fail(`"${text}" is no priority; expected a number`);
  if (scanner.accept('-')) return base - scanner.number('a number');
  return scanner.accept('+') ? base + scanner.number('a number') : base;
}

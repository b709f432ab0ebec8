import type { NftFamily } from '../../net/family.ts';
import { addressText, commentLine, identifier, quoted } from '../../net/quote.ts';
import type { Owner } from '../../plan/owner.ts';
import type {
  Chain,
  Collection,
  DataElement,
  Hook,
  Rule,
  Ruleset,
  SetElement,
  Table,
  VerdictElement,
} from '../ast.ts';
import { renderKey, renderStatement } from './nft-expression.ts';

/**
 * A ruleset as input for `nft -f`: it replaces whatever natc tables were there before, in one
 * transaction (X1). One element a line, grouped by Service under a `#` comment; the first time a
 * Service appears, the comment says all about it.
 */
export function renderNft(ruleset: Ruleset): string {
  const text: string[] = [];
  for (const table of ruleset.tables) renderTable(table, text);
  return text.join('');
}

/** Lines that are kept apart at most; a whole ruleset of them costs more memory than its text. */
const linesAtOnce = 1000;

/** Moves lines that are finished to the text. */
function flush(lines: string[], text: string[]): void {
  if (lines.length === 0) return;
  text.push(`${lines.join('\n')}\n`);
  lines.length = 0;
}

function renderTable(table: Table, text: string[]): void {
  const lines = tableHead(table);
  const introduced = new Set<Owner>();
  for (const collection of table.collections)
    renderCollection(collection, table.family, introduced, lines, text);
  for (const chain of table.chains) {
    if (lines.length >= linesAtOnce) flush(lines, text);
    renderChain(chain, table.family, lines);
  }
  endTable(lines);
  flush(lines, text);
}

/** The lines that a table's text begins with. */
export function tableHead({ family, name: table, comment }: Omit<Table, 'collections' | 'chains'>) {
  const name = `${family} ${identifier(table)}`;
  const lines = [`add table ${name}`, `delete table ${name}`, `table ${name} {`];
  if (comment !== undefined) lines.push(`\tcomment ${quoted(comment)}`, '');
  return lines;
}

export function endTable(lines: string[]): void {
  if (lines.at(-1) === '') lines.pop();
  lines.push('}');
}

function renderCollection(
  collection: Collection,
  family: NftFamily,
  introduced: Set<Owner>,
  lines: string[],
  text: string[],
): void {
  lines.push(...collectionHead(collection, family));
  const { elements } = collection;
  if (elements.length > 0) {
    lines.push(elementsBegin);
    let owner: Owner | undefined;
    for (const element of elements) {
      if (element.owner !== undefined && element.owner !== owner)
        renderOwner(element.owner, introduced, lines);
      owner = element.owner;
      lines.push(`\t\t\t${renderElement(element)},`);
      if (lines.length >= linesAtOnce) flush(lines, text);
    }
    lines.push(elementsEnd);
  }
  lines.push(...blockEnd);
}

export const elementsBegin = '\t\telements = {';
export const elementsEnd = '\t\t}';
export const blockEnd: readonly string[] = ['\t}', ''];

/** The lines of a set or map up to its elements. */
export function collectionHead(collection: Collection, family: NftFamily): readonly string[] {
  const keyword = collection.kind === 'set' ? 'set' : 'map';
  const lines = [`\t${keyword} ${identifier(collection.name)} {`];
  for (const line of declarationLines(collection, family)) lines.push(`\t\t${line}`);
  if (collection.comment !== undefined) lines.push(`\t\tcomment ${quoted(collection.comment)}`);
  return lines;
}

/** What stands in a set's or map's braces besides its comment and elements, a line each. */
export function declarationLines(collection: Collection, family: NftFamily): readonly string[] {
  const key = renderKey(collection.key, family);
  const lines: string[] = [];
  switch (collection.kind) {
    case 'set':
      lines.push(`typeof ${key}`);
      break;
    case 'verdict-map':
      lines.push(`typeof ${key} : verdict`);
      break;
    case 'data-map':
      lines.push(`typeof ${key} : ${renderKey(collection.value, family)}`);
      break;
  }
  if (collection.kind !== 'verdict-map' && collection.size !== undefined)
    lines.push(`size ${collection.size}`);
  const flags = flagsOf(collection);
  if (flags.length > 0) lines.push(`flags ${flags.join(',')}`);
  if (collection.kind !== 'verdict-map' && collection.timeout !== undefined)
    lines.push(`timeout ${collection.timeout}s`);
  if (collection.kind === 'set' && collection.interval && collection.key.length === 1)
    lines.push('auto-merge');
  return lines;
}

function flagsOf(collection: Collection): readonly string[] {
  if (collection.kind === 'verdict-map') return [];
  const flags: string[] = [];
  if (collection.kind === 'set' && collection.interval) flags.push('interval');
  if (collection.dynamic === true) flags.push('dynamic');
  if (collection.timeout !== undefined) flags.push('timeout');
  return flags;
}

/** The comment block of a ServicePort: all of it where it appears for the first time. */
export function renderOwner<T extends Pick<Owner, 'name' | 'lines'>>(
  owner: T,
  introduced: Set<T>,
  lines: string[],
): void {
  lines.push(`\t\t\t# ${commentLine(owner.name)}`);
  if (introduced.has(owner)) return;
  introduced.add(owner);
  for (const line of owner.lines) lines.push(`\t\t\t#   ${commentLine(line)}`);
}

/** One element as it stands between the braces: key, comment, value. */
export function renderElement(element: SetElement | VerdictElement | DataElement): string {
  const comment = element.comment === undefined ? '' : ` comment ${quoted(element.comment)}`;
  const value = elementValue(element);
  const key = renderValues(element.key);
  return value === undefined ? `${key}${comment}` : `${key}${comment} : ${value}`;
}

/** The key of an element, and the text that follows it: ` comment "…" : value`. */
export function elementParts(element: SetElement | VerdictElement | DataElement): {
  readonly key: string;
  readonly rest: string;
} {
  const comment = element.comment === undefined ? '' : ` comment ${quoted(element.comment)}`;
  const value = elementValue(element);
  return {
    key: renderValues(element.key),
    rest: value === undefined ? comment : `${comment} : ${value}`,
  };
}

function elementValue(element: SetElement | VerdictElement | DataElement): string | undefined {
  if ('value' in element) return renderValues(element.value);
  if (!('verdict' in element)) return undefined;
  const { verdict } = element;
  return verdict.kind === 'goto' ? `goto ${identifier(verdict.chain)}` : verdict.kind;
}

function renderValues(values: readonly (string | number)[]): string {
  let text = '';
  for (const value of values) {
    if (text !== '') text += ' . ';
    text += typeof value === 'number' || isProtocol(value) ? value : addressText(value);
  }
  return text;
}

const isProtocol = (value: string): boolean =>
  value === 'tcp' || value === 'udp' || value === 'sctp';

export function renderChain(chain: Chain, family: NftFamily, lines: string[]): void {
  lines.push(`\tchain ${identifier(chain.name)} {`);
  if (chain.comment !== undefined) lines.push(`\t\tcomment ${quoted(chain.comment)}`);
  if (chain.hook !== undefined) lines.push(`\t\t${renderHook(chain.hook)}`);
  for (const rule of chain.rules) {
    if (rule.reason !== undefined) lines.push(`\t\t# ${commentLine(rule.reason)}`);
    lines.push(`\t\t${renderRule(rule, family)}`);
  }
  lines.push('\t}', '');
}

/** Priorities are numbers: their names are spelled differently by different nft versions. */
export const renderHook = ({ type, hook, priority }: Hook): string =>
  `type ${type} hook ${hook} priority ${priority}; policy accept;`;

export const renderRule = (rule: Rule, family: NftFamily): string =>
  rule.statements.map((statement) => renderStatement(statement, family)).join(' ');

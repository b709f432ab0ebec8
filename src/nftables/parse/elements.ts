import { formatAddressPort } from '../../net/address.ts';
import type {
  DataElement,
  ElementVerdict,
  Key,
  Selector,
  SetElement,
  VerdictElement,
} from '../ast.ts';
import { type CommentBlock, readCommentBlock, servicePortIn } from './comments.ts';
import { parseDuration } from './duration.ts';
import type { Scanner } from './scanner.ts';
import { parseVerdict } from './statement.ts';
import type { TableContext } from './table-context.ts';
import { parseField } from './value.ts';

/** `elements = { … }` of a set. */
export const parseSetElements = (
  scanner: Scanner,
  table: TableContext,
  key: readonly Selector[],
): readonly SetElement[] => parseList(scanner, table, key, (base) => base);

/** `elements = { … }` of a verdict map. */
export const parseVerdictElements = (
  scanner: Scanner,
  table: TableContext,
  key: readonly Selector[],
): readonly VerdictElement[] =>
  parseList(scanner, table, key, (base, block) => {
    scanner.expect(':');
    const frontend = frontendKind(key, base.key, block);
    return { ...base, verdict: parseElementVerdict(scanner), ...(frontend && { frontend }) };
  });

/** A key of `[address,] protocol, port` is a destination. */
function frontendKind(
  selectors: readonly Selector[],
  [address]: Key,
  block: CommentBlock | undefined,
): VerdictElement['frontend'] {
  switch (selectors.join()) {
    case 'l4proto,th dport':
      return 'node-port';
    case 'daddr,l4proto,th dport':
      return block?.frontends.get(String(address));
    default:
      return undefined;
  }
}

/** `elements = { … }` of a map of addresses, or of addresses and ports. */
export const parseDataElements = (
  scanner: Scanner,
  table: TableContext,
  key: readonly Selector[],
  value: readonly Selector[],
): readonly DataElement[] =>
  parseList(scanner, table, key, (base, block) => {
    scanner.expect(':');
    const endpoint = parseOnly(scanner, table, value);
    const [address, port] = endpoint;
    const nodeName =
      block && port !== undefined
        ? block.nodes.get(formatAddressPort(String(address), Number(port)))
        : undefined;
    return { ...base, value: endpoint, ...(nodeName !== undefined && { nodeName }) };
  });

function parseElementVerdict(scanner: Scanner): ElementVerdict {
  const verdict = parseVerdict(scanner);
  if (verdict === undefined || verdict.kind === 'jump') {
    return scanner.fail('expected accept, drop, return or goto');
  }
  return verdict;
}

function parseList<E>(
  scanner: Scanner,
  table: TableContext,
  selectors: readonly Selector[],
  finish: (base: SetElement, block: CommentBlock | undefined) => E,
): readonly E[] {
  const elements: E[] = [];
  let block: CommentBlock | undefined;
  scanner.expect('elements');
  scanner.expect('=');
  scanner.expect('{');
  scanner.takeComments();
  do {
    scanner.skipEnds();
    if (scanner.peek().text === '}') break;
    block = blockIn(scanner.takeComments(), table) ?? block;
    const keys = parseKeys(scanner, table, selectors);
    const comment = parseElementOptions(scanner);
    const [key] = keys;
    if (key === undefined) scanner.fail('expected an element');
    const base: SetElement = {
      key,
      ...(comment !== undefined && { comment }),
      ...(block
        ? { owner: block.owner }
        : comment !== undefined && { servicePort: servicePortIn(comment) }),
    };
    const element = finish(base, block);
    elements.push(element, ...keys.slice(1).map((other) => ({ ...element, key: other })));
    scanner.skipEnds();
  } while (scanner.accept(','));
  scanner.expect('}');
  return elements;
}

/** The `#` block above an element: whose it is. All is said where the ServicePort comes first. */
function blockIn(comments: readonly string[], { blocks }: TableContext): CommentBlock | undefined {
  const start = comments.findLastIndex((line) => !line.startsWith(' '));
  const name = comments[start];
  if (name === undefined) return undefined;
  const known = blocks.get(name);
  if (known !== undefined) return known;
  const block = readCommentBlock(
    name,
    comments.slice(start + 1).map((line) => line.slice(2)),
  );
  blocks.set(name, block);
  return block;
}

/** One key, or several where a field is a range of addresses. */
function parseKeys(
  scanner: Scanner,
  { family }: TableContext,
  selectors: readonly Selector[],
): readonly Key[] {
  const fields: (string | number | readonly string[])[] = [];
  let isRange = false;
  for (const selector of selectors) {
    if (fields.length > 0) scanner.expect('.');
    const field = parseField(scanner, family, selector);
    isRange ||= typeof field === 'object';
    fields.push(field);
  }
  return isRange ? everyKey(fields) : [fields as Key];
}

function everyKey(fields: readonly (string | number | readonly string[])[]): readonly Key[] {
  let keys: readonly Key[] = [[]];
  for (const field of fields) {
    const values = typeof field === 'object' ? field : [field];
    keys = keys.flatMap((key) => values.map((value) => [...key, value]));
  }
  return keys;
}

function parseOnly(scanner: Scanner, table: TableContext, selectors: readonly Selector[]): Key {
  const [key, ...others] = parseKeys(scanner, table, selectors);
  if (key === undefined || others.length > 0) return scanner.fail('expected one address before it');
  return key;
}

/** What a listing prints between key and value: how long the element still lives, counters. */
function parseElementOptions(scanner: Scanner): string | undefined {
  let comment: string | undefined;
  for (;;) {
    if (scanner.accept('timeout') || scanner.accept('expires')) parseDuration(scanner);
    else if (scanner.accept('comment')) comment = scanner.next().text;
    else return comment;
  }
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import type { ServerAnswer } from './connection.ts';
import { clusterFailure } from './failure.ts';
import { type Asked, answerFailure } from './list-failure.ts';
import { type AnyListKind, type ListedItem, listedItem } from './list-text.ts';
import type { Attempts } from './retry.ts';

/** One page of one list, asked for with a retry where that helps. */
export type AskPage = (
  path: string,
  isWhole: (answer: ServerAnswer) => boolean,
) => Promise<Attempts>;

/** As many objects as kubectl and the informers take at a time. */
const pageSize = 500;

/** More pages than a cluster within natc's size limits has; what goes on for longer never ends. */
const mostPages = 4000;

/**
 * All objects of one list, or why they are not all there: half a list is none. A list whose pages the
 * server no longer has (410), or whose pages are not of one moment, is begun anew, once.
 *
 * @param selector of fields, e.g. `metadata.name=node-a`; undefined: all objects
 */
export async function listAll(
  list: AnyListKind,
  server: string,
  ask: AskPage,
  selector?: string,
): Promise<WholeList | Diagnostic> {
  const first = await listOnce(list, server, ask, selector);
  if (first.kind !== 'outdated') return first.result;
  const second = await listOnce(list, server, ask, selector);
  return second.result;
}

/** All objects of one list at one moment. */
export interface WholeList {
  readonly items: readonly ListedItem[];
  /** The moment; a watch goes on from it. Empty where the server gives none. */
  readonly version: string;
}

/** The version that a list would have now, of a list of one object. @returns undefined where it cannot be had */
export async function presentVersion(list: AnyListKind, ask: AskPage): Promise<string | undefined> {
  const { answer } = await ask(
    `${list.path}?limit=1`,
    (each) => readPage(each, list).kind === 'page',
  );
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined;
  const page = readPage(answer, list);
  return page.kind === 'page' && page.version !== '' ? page.version : undefined;
}

type Listed =
  | { readonly kind: 'done'; readonly result: WholeList | Diagnostic }
  | { readonly kind: 'outdated'; readonly result: Diagnostic };

async function listOnce(
  list: AnyListKind,
  server: string,
  ask: AskPage,
  selector: string | undefined,
): Promise<Listed> {
  const items: ListedItem[] = [];
  const only = selector === undefined ? '' : `&fieldSelector=${encodeURIComponent(selector)}`;
  let version: string | undefined;
  let token = '';
  for (let page = 1; page <= mostPages; page++) {
    const query = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    const path = `${list.path}?limit=${pageSize}${only}${query}`;
    const { answer, count } = await ask(path, (each) => readPage(each, list).kind === 'page');
    const asked: Asked = { list, page, server, count };
    if (answer.kind !== 'answer' || answer.status !== 200) {
      const result = answerFailure(answer, asked);
      const isExpired = answer.kind === 'answer' && answer.status === 410 && page > 1;
      return { kind: isExpired ? 'outdated' : 'done', result };
    }
    const read = readPage(answer, list);
    if (read.kind === 'flawed') return { kind: 'done', result: notWhole(asked, read.problem) };
    version ??= read.version;
    if (version !== read.version) {
      const problem = `it is of resourceVersion ${read.version}, the first page of ${version}`;
      return { kind: 'outdated', result: notWhole(asked, problem) };
    }
    for (const item of read.items) items.push(listedItem(item, list));
    if (read.token === '') return { kind: 'done', result: { items, version } };
    if (read.token === token)
      return { kind: 'done', result: notWhole(asked, 'it names itself as the next one') };
    token = read.token;
  }
  const asked = { list, page: mostPages, server, count: 1 };
  return { kind: 'done', result: notWhole(asked, 'there are still more') };
}

type Page =
  | {
      readonly kind: 'page';
      readonly items: readonly unknown[];
      readonly version: string;
      /** Of the next page; empty on the last one. */
      readonly token: string;
    }
  | { readonly kind: 'flawed'; readonly problem: string };

const flawed = (problem: string): Page => ({ kind: 'flawed', problem });

/** The last answer that was read: whether to try again is asked about the answer that is used then. */
const pages = new WeakMap<ServerAnswer, Page>();

function readPage(answer: ServerAnswer, list: AnyListKind): Page {
  const known = pages.get(answer);
  if (known !== undefined) return known;
  const page = answer.kind === 'answer' ? parsePage(answer.body, list) : flawed('no answer');
  pages.set(answer, page);
  return page;
}

function parsePage(body: Buffer, { kind }: AnyListKind): Page {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return flawed(body.length === 0 ? 'the answer is empty' : 'the JSON is cut off or damaged');
  }
  if (!isMapping(value) || value['kind'] !== `${kind}List`)
    return flawed(`the answer is no ${kind}List`);
  const metadata = isMapping(value['metadata']) ? value['metadata'] : {};
  const { resourceVersion: version = '', continue: token = '', remainingItemCount } = metadata;
  // Go prints a list that was never filled as null.
  const items = value['items'] ?? [];
  if (!Array.isArray(items) || typeof token !== 'string' || typeof version !== 'string')
    return flawed(`the answer is no ${kind}List`);
  if (token === '' && typeof remainingItemCount === 'number' && remainingItemCount > 0)
    return flawed(`${remainingItemCount} more are said to remain, and no page with them is named`);
  return { kind: 'page', items, version, token };
}

const notWhole = ({ list, page }: Asked, problem: string): Diagnostic =>
  clusterFailure(
    'NATC5074',
    `the list of ${list.resource} is not whole: page ${page}: ${problem}`,
    'run natc again; if it happens each time, look at what stands between this host and the API server',
  );

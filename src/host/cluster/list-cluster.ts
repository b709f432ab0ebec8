import { setTimeout } from 'node:timers/promises';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { ClusterSettings, Connection } from './connection.ts';
import { clusterName } from './failure.ts';
import type { KeptLists } from './kept-lists.ts';
import { type AskPage, listAll, type WholeList } from './list-pages.ts';
import { type ListedItem, type ListKind, listKinds, listText, podList } from './list-text.ts';
import { get } from './request.ts';
import { type Wait, withRetry } from './retry.ts';

/** The objects as one input, or what kept them away. */
export interface ClusterListing {
  readonly inputs: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where lists are kept for the next run. */
export interface ListMemory {
  /** The state directory. */
  readonly directory: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Lists the Nodes, Services and EndpointSlices of a cluster, all of each or none of any: one error, and
 * no input, as soon as one page of one list is not there.
 *
 * @param mostBytes of all answers together
 * @param wait before a request is sent again
 * @param memory where the lists of the last run are, of which only what changed since is asked for then
 * @param withPods whether to list the Pods too; where nobody may, that is a warning (NATC3061)
 */
export async function listCluster(
  settings: ClusterSettings,
  mostBytes: number,
  wait: Wait = (milliseconds) => setTimeout(milliseconds),
  memory?: ListMemory,
  withPods = false,
): Promise<ClusterListing> {
  const { connect } = await import('./kubeconfig.ts');
  const connection = await connect(settings);
  if ('code' in connection) return { inputs: [], diagnostics: [connection] };
  try {
    const milliseconds = settings.requestTimeout * 1000;
    return await listWith(connection, { milliseconds, mostBytes, wait, memory, withPods });
  } finally {
    connection.agent.destroy();
  }
}

interface Demands {
  /** For each request. */
  readonly milliseconds: number;
  readonly mostBytes: number;
  readonly wait: Wait;
  readonly memory: ListMemory | undefined;
  readonly withPods: boolean;
}

async function listWith(
  connection: Connection,
  { milliseconds, mostBytes, wait, memory, withPods }: Demands,
): Promise<ClusterListing> {
  let left = mostBytes;
  const ask: AskPage = async (path, isWhole) => {
    const send = () => get(connection, path, { milliseconds, bytes: left });
    const attempts = await withRetry(send, isWhole, milliseconds, wait);
    if (attempts.answer.kind === 'answer') left -= attempts.answer.body.length;
    return attempts;
  };
  const kept = memory === undefined ? undefined : await keptFor(connection, memory);
  const caughtUp = await broughtUpToDate(connection, kept, ask, milliseconds);
  const lists = new Map<ListKind['kind'], WholeList>();
  for (const list of listKinds) {
    const listed = caughtUp.get(list.kind) ?? (await listAll(list, connection.server, ask));
    if ('code' in listed) return { inputs: [], diagnostics: [listed] };
    lists.set(list.kind, listed);
  }
  if (memory !== undefined) {
    const listedAt = kept !== undefined && caughtUp.size > 0 ? kept.listedAt : memory.now;
    await keep(connection, kept, lists, { ...memory, now: listedAt });
  }
  const pods = withPods ? await listPods(connection, ask) : nothingListed;
  if (hasErrors(pods.diagnostics)) return { inputs: [], diagnostics: pods.diagnostics };
  const listed = [...lists.values()].flatMap((list) => list.items);
  const items = [...listed, ...pods.items].map(({ text }) => text);
  const bytes = Buffer.from(listText(items));
  return { inputs: [{ name: clusterName, bytes }], diagnostics: pods.diagnostics };
}

interface ListedPods extends Pick<WholeList, 'items'> {
  readonly diagnostics: readonly Diagnostic[];
}

const nothingListed: ListedPods = { items: [], diagnostics: [] };

/** Who may only list what a ruleset is made of gets what can be said without pods. */
async function listPods({ server }: Connection, ask: AskPage): Promise<ListedPods> {
  const listed = await listAll(podList, server, ask);
  if (!('code' in listed)) return { items: listed.items, diagnostics: [] };
  if (listed.code !== 'NATC5071') return { items: [], diagnostics: [listed] };
  const warning: Diagnostic = {
    code: 'NATC3061',
    severity: 'warning',
    message: `${listed.message}; where a Service gets another selector, natc does not know what that finds`,
    places: listed.places,
    hint: 'allow it to list pods, or give what kubectl get nodes,services,endpointslices,pods wrote as --base',
  };
  return { items: [], diagnostics: [warning] };
}

/** So often everything is listed all the same, in seconds. */
const mostTrust = 3600;

/** A list of one page is had sooner than the end of a watch. */
const fewObjects = 500;

async function keptFor(
  { server }: Connection,
  { directory, now }: ListMemory,
): Promise<KeptLists | undefined> {
  const { loadLists } = await import('./kept-lists.ts');
  const kept = await loadLists(directory, server);
  const age = now - (kept?.listedAt ?? 0);
  return age >= 0 && age < mostTrust ? kept : undefined;
}

/** The lists of which a short watch told what changed. */
async function broughtUpToDate(
  connection: Connection,
  kept: KeptLists | undefined,
  ask: AskPage,
  milliseconds: number,
): Promise<ReadonlyMap<ListKind['kind'], WholeList>> {
  const worthIt = listKinds.flatMap((list) => {
    const before = kept?.lists.get(list.kind);
    return before === undefined || before.items.length <= fewObjects ? [] : [{ list, before }];
  });
  if (worthIt.length === 0) return new Map();
  const { catchUp } = await import('./catch-up.ts');
  const lists = await Promise.all(
    worthIt.map(({ list, before }) => catchUp(list, before, connection, ask, milliseconds)),
  );
  return new Map(
    worthIt.flatMap(({ list: { kind } }, index) => {
      const list = lists[index];
      return list === undefined ? [] : [[kind, list] as const];
    }),
  );
}

/**
 * Keeps lists for the next run, where they are worth it. A directory that cannot be written is told by others.
 *
 * @param memory the time is that of what is oldest in them
 */
async function keep(
  { server }: Connection,
  kept: KeptLists | undefined,
  lists: ReadonlyMap<ListKind['kind'], WholeList>,
  { directory, now: listedAt }: ListMemory,
): Promise<void> {
  if (![...lists.values()].some(({ items }) => items.length > fewObjects)) return;
  const isSame = [...lists].every(([kind, { items }]) =>
    areSame(kept?.lists.get(kind)?.items ?? [], items),
  );
  const { storeLists } = await import('./kept-lists.ts');
  const next = { server, listedAt, lists, id: isSame ? kept?.id : undefined };
  await storeLists(directory, next).catch(() => {});
}

const areSame = (before: readonly ListedItem[], after: readonly ListedItem[]): boolean =>
  before === after ||
  (before.length === after.length &&
    before.every(({ text }, index) => text === after[index]?.text));

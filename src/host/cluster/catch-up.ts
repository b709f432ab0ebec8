import { isOlder, makeStore } from '../../follow/store.ts';
import type { Connection } from './connection.ts';
import { type AskPage, presentVersion, type WholeList } from './list-pages.ts';
import type { ListKind } from './list-text.ts';
import { readWatchEvent } from './watch-event.ts';
import { watchLines } from './watch-request.ts';

/**
 * Seconds that the server is asked to watch for. Two seconds before the end it tells how far it came, if it
 * came further than its last event (Kubernetes 1.17 and later).
 */
const watched = 3;

const longestLine = 16 * 1024 * 1024;

/**
 * Brings a list up to date: a short watch from its version gives only what changed since, which costs the API
 * server next to nothing. What version is the present, and whether the server is another one than before, a list of a
 * single object says. An event or a bookmark of that version or a later one says that all before it has come; where
 * nothing at all has changed in the cluster, there is neither.
 *
 * @param milliseconds until the watch begins
 * @returns undefined where only a new list can tell
 */
export async function catchUp(
  list: ListKind,
  before: WholeList,
  connection: Connection,
  ask: AskPage,
  milliseconds: number,
): Promise<WholeList | undefined> {
  if (before.version === '') return undefined;
  const present = await presentVersion(list, ask);
  if (present === undefined || isOlder(present, before.version)) return undefined;
  if (present === before.version) return before;
  const store = makeStore();
  store.replace(list.kind, before.items);
  let version: string | undefined;
  let isChanged = false;
  let isDamaged = false;
  const path =
    `${list.path}?watch=true&allowWatchBookmarks=true` +
    `&resourceVersion=${encodeURIComponent(before.version)}&timeoutSeconds=${watched}`;
  const limits = { milliseconds, longest: (watched + 7) * 1000, line: longestLine };
  const never = new AbortController().signal;
  await watchLines(
    connection,
    path,
    limits,
    never,
    () => {},
    (line) => {
      const event = readWatchEvent(line, list);
      switch (event.kind) {
        case 'object':
          isChanged = true;
          store.take(list.kind, event.type, event.item);
          version = event.item.version;
          return isOlder(version, present);
        case 'bookmark':
          version = event.version;
          return isOlder(version, present);
        case 'error':
        case 'damaged':
          isDamaged = true;
          return false;
      }
    },
  );
  if (isDamaged || version === undefined || isOlder(version, present)) return undefined;
  if (!isChanged) return { items: before.items, version };
  const items = [...store.all(list.kind).values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  return { items, version };
}

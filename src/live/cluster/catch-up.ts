import { isOlder, makeStore } from '../../follow/store.ts';
import type { Connection } from './connection.ts';
import type { WholeList } from './list-pages.ts';
import type { ListKind } from './list-text.ts';
import { readWatchEvent } from './watch-event.ts';
import { watchLines } from './watch-request.ts';

/**
 * Seconds that the server is asked to watch for. Two seconds before the end it tells how far it came, if it
 * knows bookmarks (Kubernetes 1.17 and later).
 */
const watched = 3;

const longestLine = 16 * 1024 * 1024;

/**
 * Brings a list up to date: a short watch from its version gives only what changed since, which costs the API
 * server next to nothing. That it was all, and that the server is not another one than before, a bookmark says.
 *
 * @param milliseconds until the watch begins
 * @returns undefined where only a new list can tell
 */
export async function catchUp(
  list: ListKind,
  before: WholeList,
  connection: Connection,
  milliseconds: number,
): Promise<WholeList | undefined> {
  if (before.version === '') return undefined;
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
          return true;
        case 'bookmark':
          version = event.version;
          return false;
        case 'error':
        case 'damaged':
          isDamaged = true;
          return false;
      }
    },
  );
  if (isDamaged || version === undefined || isOlder(version, before.version)) return undefined;
  if (!isChanged) return { items: before.items, version };
  const items = [...store.all(list.kind).values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
  return { items, version };
}

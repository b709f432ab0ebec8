import { isMapping } from '../../diagnostics/mapping.ts';
import { type ListedItem, type ListKind, listedItem } from './list-text.ts';

/** One line of a watch. */
export type WatchEvent =
  | {
      readonly kind: 'object';
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly item: ListedItem;
    }
  /** All up to this version has come. */
  | { readonly kind: 'bookmark'; readonly version: string }
  /** The server ends the watch, and says why: the words of a Status object. */
  | { readonly kind: 'error'; readonly status: number; readonly message: string }
  | { readonly kind: 'damaged'; readonly problem: string };

const damaged = (problem: string): WatchEvent => ({ kind: 'damaged', problem });

/** Reads one line of a watch (`metav1.WatchEvent`); bytes that are no event are `damaged`. */
export function readWatchEvent(line: Uint8Array, list: ListKind): WatchEvent {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    return damaged('a line is cut off or damaged');
  }
  if (!isMapping(value) || !isMapping(value['object'])) return damaged('a line is no watch event');
  const { type, object } = value;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      if (object['kind'] !== list.kind) return damaged(`an event is about no ${list.kind}`);
      const item = listedItem(object, list);
      return item.version === '' || item.name === '' || item.name.endsWith('/')
        ? damaged(`the ${list.kind} of an event has no name or version`)
        : { kind: 'object', type, item };
    }
    case 'BOOKMARK': {
      const { version } = listedItem(object, list);
      return version === '' ? damaged('a bookmark has no version') : { kind: 'bookmark', version };
    }
    case 'ERROR': {
      const { code, reason, message } = object;
      const isGone = reason === 'Expired' || reason === 'Gone';
      return {
        kind: 'error',
        status: typeof code === 'number' ? code : isGone ? 410 : 500,
        message: typeof message === 'string' ? message : String(reason ?? 'no reason given'),
      };
    }
    default:
      return damaged('an event is of no type that is known');
  }
}

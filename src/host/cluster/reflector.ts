import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { backoffAfter } from '../../follow/backoff.ts';
import type { WatchedType } from '../../follow/store.ts';
import type { Connection, Connections, ServerAnswer } from './connection.ts';
import { listAll } from './list-pages.ts';
import type { ListedItem, ListKind } from './list-text.ts';
import { get } from './request.ts';
import { afterHeader, withRetry } from './retry.ts';
import { readWatchEvent } from './watch-event.ts';
import { watchDamage, watchFailure } from './watch-failure.ts';
import { type WatchEnd, watchLines } from './watch-request.ts';

/** What a reflector tells. */
export interface ReflectorSink {
  /** All objects of the kind, at the start and whenever a watch could not go on where it was. */
  readonly listed: (list: ListKind, items: readonly ListedItem[]) => void;
  readonly changed: (list: ListKind, type: WatchedType, item: ListedItem) => void;
  /** The API server answered: the objects are as it knows them, or will be in a moment. */
  readonly heard: (list: ListKind) => void;
  /** A watch has begun. */
  readonly watched: (list: ListKind) => void;
  /** It did not, or not what was asked; natc tries again after so many milliseconds. */
  readonly failed: (list: ListKind, diagnostic: Diagnostic, retryAfter: number) => void;
  /** Before the first watch began, trying again would not help: the reflector has ended. */
  readonly refused: (list: ListKind, diagnostic: Diagnostic) => void;
}

export interface ReflectorOptions {
  /** Of one request for a page, and for the beginning of a watch, in milliseconds. */
  readonly requestTimeout: number;
  /** Of all pages of one list together, in bytes. */
  readonly mostBytes: number;
  /** Of fields; undefined: all objects of the kind. */
  readonly selector: string | undefined;
  readonly random: () => number;
  readonly now: () => number;
  /** Ends early when the signal comes. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Codes of what a person has to put right. */
const lasting: ReadonlySet<string> = new Set([
  'NATC5071',
  'NATC5073',
  'NATC5075',
  'NATC5076',
  'NATC5131',
]);

/** The server ends a watch after five to ten minutes, as those of informers do. */
const shortestWatch = 300;

/** Seconds that a server may be late in ending one. */
const grace = 30;

/** A watch that ends sooner is not begun again at once, in milliseconds. */
const soon = 1000;

const longestLine = 16 * 1024 * 1024;

/**
 * Lists one kind, watches it from there, and goes on however often that breaks: from the last version that
 * came where the server can, with a new list where it cannot (410). Ends with the signal, or when it is
 * refused before it ever watched.
 */
export async function reflect(
  list: ListKind,
  connections: Connections,
  sink: ReflectorSink,
  options: ReflectorOptions,
  signal: AbortSignal,
): Promise<void> {
  const { random, now, wait } = options;
  let version: string | undefined;
  let failures = 0;
  let hasWatched = false;
  /** @returns whether to go on */
  const failed = async (diagnostic: Diagnostic, asked: number | undefined): Promise<boolean> => {
    if (signal.aborted) return false;
    if (!hasWatched && lasting.has(diagnostic.code)) {
      sink.refused(list, diagnostic);
      return false;
    }
    failures++;
    const delay = Math.max(asked ?? 0, backoffAfter(failures, random()));
    sink.failed(list, diagnostic, delay);
    await wait(delay, signal);
    return !signal.aborted;
  };

  while (!signal.aborted) {
    const connection = await connections.current();
    if ('code' in connection) {
      if (!(await failed(connection, undefined))) return;
      continue;
    }
    if (version === undefined) {
      const listed = await listFrom(list, connection, sink, options, signal);
      if (signal.aborted) return;
      if (typeof listed !== 'string') {
        // What was read an hour ago may have expired: the next attempt reads it again.
        if (lasting.has(listed.code)) connections.renew(connection);
        if (!(await failed(listed, undefined))) return;
        continue;
      }
      failures = 0;
      version = listed;
    }
    const started = now();
    const seen: Seen = { version, problem: undefined, status: undefined };
    const end = await watchFrom(
      list,
      connection,
      seen,
      options,
      signal,
      () => {
        hasWatched = true;
        sink.heard(list);
        sink.watched(list);
      },
      sink,
    );
    if (signal.aborted) return;
    version = seen.version;
    const outcome = outcomeOf(end, seen, list, connection);
    if (now() - started > soon && end.kind !== 'answer') failures = 0;
    switch (outcome.kind) {
      case 'again':
        // Some server, or what stands before it, may end each watch at once.
        if (now() - started < soon) await wait(backoffAfter(1, random()), signal);
        break;
      case 'expired':
        version = undefined;
        // The list comes at once, unless that did not help before.
        if (now() - started < soon && failures++ > 0)
          await wait(backoffAfter(failures, random()), signal);
        break;
      case 'failed':
        if (outcome.isDamaged) version = failures > 1 ? undefined : version;
        if (lasting.has(outcome.diagnostic.code)) {
          connections.renew(connection);
          // A token that expired meanwhile is no failure yet.
          if (failures === 0 && hasWatched) {
            failures++;
            break;
          }
        }
        if (!(await failed(outcome.diagnostic, outcome.retryAfter))) return;
        break;
    }
  }
}

/** What a watch said of how it ended, and how far it came. */
interface Seen {
  version: string;
  problem: string | undefined;
  status: { readonly code: number; readonly message: string } | undefined;
}

type Outcome =
  | { readonly kind: 'again' | 'expired' }
  | {
      readonly kind: 'failed';
      readonly diagnostic: Diagnostic;
      readonly retryAfter: number | undefined;
      readonly isDamaged: boolean;
    };

function outcomeOf(
  end: WatchEnd,
  { problem, status }: Seen,
  list: ListKind,
  { server }: Connection,
): Outcome {
  const answer: ServerAnswer | undefined =
    status !== undefined
      ? statusAnswer(status.code, status.message)
      : end.kind === 'ended' || end.kind === 'stopped'
        ? undefined
        : end;
  if (answer?.kind === 'answer' && answer.status === 410) return { kind: 'expired' };
  if (problem !== undefined)
    return {
      kind: 'failed',
      diagnostic: watchDamage(problem, list),
      retryAfter: undefined,
      isDamaged: true,
    };
  if (answer === undefined) return { kind: 'again' };
  const header = answer.kind === 'answer' ? answer.retryAfter : undefined;
  return {
    kind: 'failed',
    diagnostic: watchFailure(answer, list, server),
    retryAfter: header === undefined ? undefined : afterHeader(header),
    isDamaged: false,
  };
}

const statusAnswer = (status: number, message: string): ServerAnswer => ({
  kind: 'answer',
  status,
  reason: '',
  retryAfter: undefined,
  body: Buffer.from(JSON.stringify({ kind: 'Status', message })),
});

/**
 * Makes a list and hands it on. The objects are nowhere else then: a loop that goes on for as long as natc
 * runs would keep their texts alive after they have changed.
 *
 * @returns the version to watch from, or what went wrong
 */
async function listFrom(
  list: ListKind,
  connection: Connection,
  sink: ReflectorSink,
  { requestTimeout, mostBytes, selector, wait }: ReflectorOptions,
  signal: AbortSignal,
): Promise<string | Diagnostic> {
  let left = mostBytes;
  const listed = await listAll(
    list,
    connection.server,
    async (path, isWhole) => {
      const send = () => get(connection, path, { milliseconds: requestTimeout, bytes: left });
      const attempts = await withRetry(send, isWhole, requestTimeout, (delay) =>
        wait(delay, signal),
      );
      if (attempts.answer.kind === 'answer') left -= attempts.answer.body.length;
      return attempts;
    },
    selector,
  );
  if ('code' in listed) return listed;
  if (!signal.aborted) {
    sink.listed(list, listed.items);
    sink.heard(list);
  }
  return listed.version;
}

function watchFrom(
  list: ListKind,
  connection: Connection,
  seen: Seen,
  { requestTimeout, selector, random }: ReflectorOptions,
  signal: AbortSignal,
  opened: () => void,
  sink: ReflectorSink,
): Promise<WatchEnd> {
  const seconds = Math.round(shortestWatch * (1 + random()));
  const only = selector === undefined ? '' : `&fieldSelector=${encodeURIComponent(selector)}`;
  const path =
    `${list.path}?watch=true&allowWatchBookmarks=true${only}` +
    `&resourceVersion=${encodeURIComponent(seen.version)}&timeoutSeconds=${seconds}`;
  const limits = {
    milliseconds: requestTimeout,
    longest: (seconds + grace) * 1000,
    line: longestLine,
  };
  return watchLines(connection, path, limits, signal, opened, (line) => {
    const event = readWatchEvent(line, list);
    switch (event.kind) {
      case 'object':
        seen.version = event.item.version;
        sink.changed(list, event.type, event.item);
        return true;
      case 'bookmark':
        seen.version = event.version;
        sink.heard(list);
        return true;
      case 'error':
        seen.status = { code: event.status, message: event.message };
        return false;
      case 'damaged':
        seen.problem = event.problem;
        return false;
    }
  });
}

/** The watches of a stand-in for an API server: they remember, replay, and misbehave when told to. */
import type { ServerResponse } from 'node:http';

export interface RecordedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: object;
  readonly version: number;
}

/** What a watch gets instead of what it asked for. */
export type WatchMisbehaviour =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** An event of type ERROR with this code, in a watch that began well. */
  | { readonly kind: 'error-event'; readonly code: number }
  | { readonly kind: 'close-before' }
  /** Ends well at once. */
  | { readonly kind: 'end' }
  | { readonly kind: 'hang' };

export interface StandInWatches {
  /** How events reach the watches: default as they are. */
  disorder(how: 'none' | 'twice' | 'swapped'): void;
  /** The next watches of a list, one after another, get these. */
  fail(list: ListName, ...how: readonly WatchMisbehaviour[]): void;
  /** Breaks the connections of all watches; with half a line of an event before, if asked. */
  cut(options?: { readonly halfLine?: boolean }): void;
  /** Writes bytes to all watches of a list. */
  write(list: ListName, text: string): void;
  bookmark(): void;
  /** From now on none comes by itself. */
  withoutBookmarks(): void;
  /** Forgets all events so far: a watch from before them is told 410. */
  compact(): void;
  /** Holds events back until they are let go. */
  hold(): void;
  release(): void;
  open(): number;
  /** For the server. */
  answer(
    list: ListName,
    from: string,
    selector: string | undefined,
    response: ServerResponse,
    seconds?: number,
  ): void;
  record(list: ListName, event: RecordedEvent): void;
}

interface Watch {
  readonly list: ListName;
  readonly selector: string | undefined;
  readonly response: ServerResponse;
  /** What its client has heard of. */
  last: number;
}

const kinds = {
  nodes: 'Node',
  services: 'Service',
  endpointslices: 'EndpointSlice',
  pods: 'Pod',
} as const;

export function makeWatches(version: () => number): StandInWatches {
  const open = new Set<Watch>();
  const events: { readonly list: ListName; readonly event: RecordedEvent }[] = [];
  const failing = new Map<ListName, WatchMisbehaviour[]>();
  let oldest = 0;
  let knowsBookmarks = true;
  let order: 'none' | 'twice' | 'swapped' = 'none';
  let held: (() => void)[] | undefined;
  let swapped: (() => void) | undefined;

  const line = ({ type, object }: { readonly type: string; readonly object: object }): string =>
    `${JSON.stringify({ type, object })}\n`;
  const error = (code: number): string => {
    const reason = code === 410 ? 'Expired' : 'InternalError';
    const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code };
    return line({ type: 'ERROR', object: { ...object, message: `too old or broken (${code})` } });
  };
  const isFor = (watch: Watch, object: object): boolean =>
    watch.selector === undefined ||
    watch.selector === `metadata.name=${(object as { metadata: { name: string } }).metadata.name}`;

  function deliver(list: ListName, event: RecordedEvent): void {
    for (const watch of open)
      if (watch.list === list && isFor(watch, event.object)) {
        watch.response.write(line(event));
        watch.last = Math.max(watch.last, event.version);
      }
  }

  function send(list: ListName, event: RecordedEvent): void {
    const act = () => deliver(list, event);
    if (held !== undefined) {
      held.push(act);
      return;
    }
    switch (order) {
      case 'none':
        act();
        break;
      case 'twice':
        act();
        act();
        break;
      case 'swapped': {
        // Each second one goes before the one that it follows.
        const before = swapped;
        if (before === undefined) {
          swapped = act;
          setTimeout(() => {
            if (swapped === act) act();
            if (swapped === act) swapped = undefined;
          }, 20);
          return;
        }
        swapped = undefined;
        act();
        before();
      }
    }
  }

  /** As the API server: two seconds before the end a bookmark, where that says more than the last event. */
  function endLater(watch: Watch, seconds: number): void {
    const { list, response } = watch;
    const metadata = { resourceVersion: String(version()) };
    const bookmark = line({ type: 'BOOKMARK', object: { kind: kinds[list], metadata } });
    const timers = [
      setTimeout(
        () => knowsBookmarks && version() > watch.last && response.write(bookmark),
        (seconds - 2) * 100,
      ),
      setTimeout(() => response.end(), seconds * 100),
    ];
    response.on('close', () => {
      for (const timer of timers) clearTimeout(timer);
    });
  }

  return {
    withoutBookmarks: () => {
      knowsBookmarks = false;
    },
    disorder: (how) => {
      order = how;
    },
    fail: (list, ...how) => {
      failing.set(list, [...how]);
    },
    cut: ({ halfLine = false } = {}) => {
      for (const { response, list } of open) {
        const half = line({ type: 'ADDED', object: { kind: kinds[list], metadata: {} } }).slice(
          0,
          30,
        );
        if (halfLine) response.write(half, () => response.destroy());
        else response.destroy();
      }
      open.clear();
    },
    write: (list, text) => {
      for (const watch of open) if (watch.list === list) watch.response.write(text);
    },
    bookmark: () => {
      for (const { list, response } of open)
        response.write(
          line({
            type: 'BOOKMARK',
            object: { kind: kinds[list], metadata: { resourceVersion: String(version()) } },
          }),
        );
    },
    compact: () => {
      events.length = 0;
      oldest = version();
    },
    hold: () => {
      held ??= [];
    },
    release: () => {
      const acts = held ?? [];
      held = undefined;
      for (const act of acts) act();
    },
    open: () => open.size,
    record: (list, event) => {
      events.push({ list, event });
      send(list, event);
    },
    answer: (list, from, selector, response, seconds) => {
      const how = failing.get(list)?.shift();
      switch (how?.kind) {
        case 'status': {
          const reason = how.status === 410 ? 'Expired' : 'Failure';
          const code = how.status;
          response
            .writeHead(code, {
              'content-type': 'application/json',
              ...(how.retryAfter !== undefined && { 'retry-after': how.retryAfter }),
            })
            .end(
              JSON.stringify({ kind: 'Status', status: 'Failure', reason, code, message: 'no' }),
            );
          return;
        }
        case 'close-before':
          response.destroy();
          return;
        case 'hang':
          return;
        case 'error-event':
          response.writeHead(200).end(error(how.code));
          return;
        case 'end':
          response.writeHead(200).end();
          return;
        case undefined:
          break;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      if (Number(from) < oldest) {
        response.end(error(410));
        return;
      }
      const watch: Watch = { list, selector, response, last: Number(from) };
      for (const { list: of, event } of events)
        if (of === list && event.version > Number(from) && isFor(watch, event.object)) {
          response.write(line(event));
          watch.last = event.version;
        }
      open.add(watch);
      if (seconds !== undefined && seconds <= 10) endLater(watch, seconds);
      response.on('close', () => open.delete(watch));
    },
  };
}

export type ListName = 'nodes' | 'services' | 'endpointslices' | 'pods';

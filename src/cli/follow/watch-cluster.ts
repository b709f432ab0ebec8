import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { counted } from '../../diagnostics/summary.ts';
import { type FollowedKind, type FollowObserver, observeAll } from '../../follow/observer.ts';
import { type FollowedChange, type FollowedStore, makeStore } from '../../follow/store.ts';
import { triggerOf } from '../../follow/trigger.ts';
import type { ClusterSettings } from '../../host/cluster/connection.ts';
import { watchAway } from './away.ts';
import type { FollowLog } from './log.ts';
import { nodeEvent } from './node-event.ts';
import { steadyNow } from './steady-now.ts';

/** What is followed, and how. */
export interface FollowedCluster {
  readonly settings: ClusterSettings;
  readonly nodeName: string | undefined;
  /** Whether what is compiled, or said of it, depends on other Nodes too. */
  readonly needsAllNodes: boolean;
  /** In bytes, of each list. */
  readonly mostBytes: number;
}

export interface ClusterWatch {
  readonly store: FollowedStore;
  /** Resolves when all kinds are listed and watched, or could be listed at least; with what refuses them. */
  readonly ready: Promise<Diagnostic | undefined>;
  readonly close: () => Promise<void>;
}

export interface ClusterWatchSink {
  /** @param isList whether the whole list came anew */
  readonly changed: (changes: readonly FollowedChange[], isList: boolean, at: number) => void;
  readonly log: FollowLog;
  readonly observers: readonly FollowObserver[];
  readonly now: () => number;
}

/** Lists and watches a cluster until it is closed. */
export async function watchCluster(
  { settings, nodeName, needsAllNodes, mostBytes }: FollowedCluster,
  { changed, log, observers, now }: ClusterWatchSink,
): Promise<ClusterWatch> {
  const { openConnections } = await import('../../host/cluster/connections.ts');
  const { listKinds } = await import('../../host/cluster/list-text.ts');
  const { reflect } = await import('../../host/cluster/reflector.ts');
  const { abortableWait } = await import('../../host/cluster/retry.ts');
  const observer = observeAll(observers);
  const store = makeStore();
  const away = watchAway(log, steadyNow);
  const connections = openConnections(settings);
  const aborting = new AbortController();
  const waiting = new Set<FollowedKind>(listKinds.map(({ kind }) => kind));
  const listed = new Set<FollowedKind>();
  let answer: (refused: Diagnostic | undefined) => void = () => {};
  const ready = new Promise<Diagnostic | undefined>((resolve) => {
    answer = resolve;
  });
  const isWatched = (kind: FollowedKind): void => {
    if (!listed.has(kind)) return;
    waiting.delete(kind);
    if (waiting.size === 0) answer(undefined);
  };
  const tellNode = (at: number): void => {
    if (nodeName === undefined) return;
    observer.nodeChanged(nodeEvent(store.get('Node', nodeName), at));
  };
  const running = listKinds.map((list) => {
    const selector =
      list.kind === 'Node' && nodeName !== undefined && !needsAllNodes
        ? `metadata.name=${nodeName}`
        : undefined;
    const options = {
      requestTimeout: settings.requestTimeout * 1000,
      mostBytes,
      selector,
      random: Math.random,
      now: steadyNow,
      wait: abortableWait,
    };
    return reflect(
      list,
      connections,
      {
        listed: ({ kind }, items) => {
          const at = now();
          listed.add(kind);
          const changes = store.replace(kind, items);
          log.say('info', `listed ${counted(items.length, kind)}`, { kind, count: items.length });
          observer.listed({ at, kinds: [kind] });
          if (kind === 'Node') tellNode(at);
          changed(changes, true, at);
        },
        changed: ({ kind }, type, item) => {
          const at = now();
          const change = store.take(kind, type, item);
          if (change === undefined) return;
          const trigger = change.after && triggerOf(kind, change.after.text);
          observer.eventReceived({ at, kind, type, name: item.name, trigger });
          if (kind === 'Node' && item.name === nodeName) tellNode(at);
          changed([change], false, at);
        },
        heard: ({ kind }) => {
          away.heard(kind);
        },
        watched: ({ kind }) => isWatched(kind),
        failed: ({ kind }, diagnostic) => {
          away.failed(kind, diagnostic);
          // Rules are better than none, even if nobody can tell what becomes of the watch.
          isWatched(kind);
        },
        refused: (_, diagnostic) => {
          answer(diagnostic);
        },
      },
      options,
      aborting.signal,
    );
  });
  return {
    store,
    ready,
    close: async () => {
      aborting.abort();
      answer(undefined);
      await Promise.all(running);
      connections.close();
    },
  };
}

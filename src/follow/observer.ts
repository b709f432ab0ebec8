import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { IpFamily } from '../net/family.ts';
import type { BackendName } from '../options.ts';
import type { Plan } from '../plan/plan.ts';

/** What natc lists and watches. */
export type FollowedKind = 'Node' | 'Service' | 'EndpointSlice';

/** Milliseconds since 1970, as `Date.now()` gives them. */
export type Milliseconds = number;

/** The lists are there: at the start, and each time a watch could not go on where it ended. */
export interface ListedEvent {
  readonly at: Milliseconds;
  /** The lists that were made now; a list that could not be made is in none. */
  readonly kinds: readonly FollowedKind[];
}

/** One event of a watch that changed what natc knows; bookmarks and duplicates are none. */
export interface ReceivedEvent {
  readonly at: Milliseconds;
  readonly kind: FollowedKind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `namespace/name`, or the name of a Node. */
  readonly name: string;
  /** When what it tells of happened, where it says so; none for an object that is gone. */
  readonly trigger?: { readonly at: Milliseconds; readonly family: IpFamily } | undefined;
}

/** Why natc looks at the kernel. */
export type SyncReason =
  /** The first one, the API server's whole state came anew, or the configuration was read again. */
  | 'list'
  /** Events. */
  | 'change'
  /** `--sync-period` is over: the kernel is listed and repaired. */
  | 'period'
  /** The last one failed. */
  | 'retry';

export interface SyncStartedEvent {
  readonly at: Milliseconds;
  readonly reason: SyncReason;
  /** Objects that changed since the last sync. */
  readonly changes: number;
}

export interface SyncedEvent {
  readonly reason: SyncReason;
  readonly startedAt: Milliseconds;
  /** When the kernel had it; undefined where it held all of it before. */
  readonly committedAt: Milliseconds | undefined;
  readonly finishedAt: Milliseconds;
  /** When the oldest of its events came in; undefined for one without events. */
  readonly receivedAt: Milliseconds | undefined;
  /** Services of the cluster. */
  readonly services: number;
  /** Endpoints in the cluster's EndpointSlices. */
  readonly endpoints: number;
  /**
   * What the plan is of: all Services, or only these (`namespace/name`). One that is named here and not in
   * the plan is not served any more, or gone; all others are as they were.
   */
  readonly extent: 'everything' | ReadonlySet<string>;
  /** Of these Services; its `healthChecks` are those of health-check node ports. */
  readonly plan: Plan;
  /** The number of the revision that the kernel holds; undefined where that is not known. */
  readonly revision: number | undefined;
  /** Through what the kernel was led; undefined where that was not asked. */
  readonly backend?: BackendName | undefined;
  /** What the sync left undone, or warns of. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The kernel holds what it held. */
export interface SyncFailedEvent {
  readonly reason: SyncReason;
  readonly startedAt: Milliseconds;
  readonly finishedAt: Milliseconds;
  readonly diagnostics: readonly Diagnostic[];
}

/** What kube-proxy's health server makes of the Node that natc runs on. */
export interface NodeEvent {
  readonly at: Milliseconds;
  /** False while the API server has no such Node. */
  readonly exists: boolean;
  /** `metadata.deletionTimestamp` is set. */
  readonly isDeleting: boolean;
  /** The keys of `spec.taints`, such as `ToBeDeletedByClusterAutoscaler`. */
  readonly taints: readonly string[];
}

/** natc ends, and the rules stay. */
export interface StoppedEvent {
  readonly at: Milliseconds;
  readonly reason: 'signal' | 'error';
}

/**
 * Somebody who is told what natc does while it follows a cluster: health checks, metrics, a service
 * manager. It is called in the loop itself, between a change and the kernel: it must be quick, must not
 * throw, and cannot change what is done. Each is optional.
 */
export interface FollowObserver {
  readonly listed?: (event: ListedEvent) => void;
  readonly eventReceived?: (event: ReceivedEvent) => void;
  readonly syncStarted?: (event: SyncStartedEvent) => void;
  readonly synced?: (event: SyncedEvent) => void;
  readonly syncFailed?: (event: SyncFailedEvent) => void;
  /** Also after each list: the Node may have changed meanwhile. */
  readonly nodeChanged?: (event: NodeEvent) => void;
  readonly stopped?: (event: StoppedEvent) => void;
}

/** Tells several observers, one after another. */
export const observeAll = (observers: readonly FollowObserver[]): Required<FollowObserver> => ({
  listed: (event) => {
    for (const each of observers) each.listed?.(event);
  },
  eventReceived: (event) => {
    for (const each of observers) each.eventReceived?.(event);
  },
  syncStarted: (event) => {
    for (const each of observers) each.syncStarted?.(event);
  },
  synced: (event) => {
    for (const each of observers) each.synced?.(event);
  },
  syncFailed: (event) => {
    for (const each of observers) each.syncFailed?.(event);
  },
  nodeChanged: (event) => {
    for (const each of observers) each.nodeChanged?.(event);
  },
  stopped: (event) => {
    for (const each of observers) each.stopped?.(event);
  },
});

/**
 * The health of natc itself, as kube-proxy's `/healthz` and `/livez` tell it (H5): a state that events
 * change, with the time given from outside.
 */
import type { IpFamily } from '../net/family.ts';
import { type HttpAnswer, jsonHeaders, notFound } from './answer.ts';

/** Changes wait by a clock that nobody sets, in milliseconds; `lastUpdated` is milliseconds since 1970. */
export interface ProxyHealth {
  /** Families of the last sync; none before the first one. */
  readonly families: readonly IpFamily[];
  /** When the last sync succeeded. */
  readonly lastUpdated: number | undefined;
  /** The oldest change that the sync now running has to bring to the kernel, or that one before it did not. */
  readonly oldestPending: number | undefined;
  /** The oldest change that came after the sync now running began. */
  readonly oldestWaiting: number | undefined;
  readonly isSyncing: boolean;
  /** False while the node is being deleted or is not there; undefined while nobody told of one. */
  readonly isNodeEligible: boolean | undefined;
}

/** Before anything is known: healthy, on a node that is not known. */
export const unknownHealth: ProxyHealth = {
  families: [],
  lastUpdated: undefined,
  oldestPending: undefined,
  oldestWaiting: undefined,
  isSyncing: false,
  isNodeEligible: undefined,
};

/** A change came in. @param at by the clock that nobody sets */
export const changeQueued = (health: ProxyHealth, at: number): ProxyHealth =>
  (health.isSyncing ? health.oldestWaiting : health.oldestPending) !== undefined
    ? health
    : { ...health, [health.isSyncing ? 'oldestWaiting' : 'oldestPending']: at };

/**
 * A sync begins: what it began with is pending, even where no change asked for it.
 *
 * @param at by the clock that nobody sets
 */
export const syncStarted = (health: ProxyHealth, at: number): ProxyHealth => ({
  ...health,
  isSyncing: true,
  oldestPending: health.oldestPending ?? at,
});

/** @param at milliseconds since 1970 */
export const syncSucceeded = (
  health: ProxyHealth,
  families: readonly IpFamily[],
  at: number,
): ProxyHealth => ({
  ...health,
  families,
  lastUpdated: at,
  isSyncing: false,
  oldestPending: health.oldestWaiting,
  oldestWaiting: undefined,
  // Lists come before syncs: of a natc that does not know its node, nobody will ever tell.
  isNodeEligible: health.isNodeEligible ?? true,
});

/** What the sync should have done is still pending. */
export const syncFailed = (health: ProxyHealth): ProxyHealth => ({
  ...health,
  isSyncing: false,
  oldestPending: health.oldestPending ?? health.oldestWaiting,
  oldestWaiting: undefined,
});

/** Errors by which natc refuses what it read, and leaves the kernel as it is until somebody looks. */
const disbelief: ReadonlySet<string> = new Set([
  'NATC5024',
  'NATC5025',
  'NATC5060',
  'NATC5061',
  'NATC6120',
]);

/**
 * A sync ended without a change of the kernel. What failed is still pending; what was not believed is not: the
 * kernel serves what it did, on purpose, and when a whole cluster is not believed on all nodes, load balancers must
 * not take all of them out.
 *
 * @param codes of its errors
 */
export const syncRefused = (health: ProxyHealth, codes: readonly string[]): ProxyHealth =>
  codes.some((code) => disbelief.has(code))
    ? {
        ...health,
        isSyncing: false,
        oldestPending: health.oldestWaiting,
        oldestWaiting: undefined,
      }
    : syncFailed(health);

/** The taint by which the cluster autoscaler announces that it removes a node. */
const toBeDeleted = 'ToBeDeletedByClusterAutoscaler';

/** What of the Node natc runs on counts for its health. */
export interface NodeState {
  readonly exists: boolean;
  /** `metadata.deletionTimestamp` is set. */
  readonly isDeleting: boolean;
  /** The keys of `spec.taints`. */
  readonly taints: readonly string[];
}

export const nodeChanged = (
  health: ProxyHealth,
  { exists, isDeleting, taints }: NodeState,
): ProxyHealth => ({
  ...health,
  isNodeEligible: exists && !isDeleting && !taints.includes(toBeDeleted),
});

/**
 * Milliseconds for which a change may wait for the kernel: a minute, which is twice the sync period that
 * kube-proxy has by default, and never less than two of the periods for which changes are gathered.
 *
 * @param minSyncPeriod milliseconds
 */
export const overdueAfter = (minSyncPeriod: number): number => Math.max(60_000, 2 * minSyncPeriod);

/**
 * Whether no change has waited too long. Unlike kube-proxy, natc counts the first sync too: one that never
 * succeeds is not healthy for ever.
 *
 * @param limit milliseconds, see {@link overdueAfter}
 */
export const isHealthy = ({ oldestPending }: ProxyHealth, now: number, limit: number): boolean =>
  oldestPending === undefined || now - oldestPending < limit;

/** The `lastUpdated` of a proxy that never was, which Go prints for no time at all. */
const never = '0001-01-01T00:00:00Z';

/** `/healthz` and `/livez` of kube-proxy: the same statuses, headers and fields in the same order. */
export function proxyHealthAnswer(
  path: string,
  health: ProxyHealth,
  {
    now,
    steadyNow,
    limit,
    format,
  }: {
    /** Milliseconds since 1970. */
    readonly now: number;
    /** By the clock that changes wait by. */
    readonly steadyNow: number;
    readonly limit: number;
    /** Milliseconds since 1970 in RFC 3339. */
    readonly format: (at: number) => string;
  },
): HttpAnswer {
  if (path !== '/healthz' && path !== '/livez') return notFound;
  const healthy = isHealthy(health, steadyNow, limit);
  const nodeEligible = health.isNodeEligible === true;
  const isWell = healthy && (path === '/livez' || nodeEligible);
  const { lastUpdated, families } = health;
  const updated = lastUpdated === undefined ? never : format(lastUpdated);
  const status = Object.fromEntries(
    families.map((family) => [family, { lastUpdated: updated, healthy }]),
  );
  const body = {
    // As kube-proxy says it: one that is well is up to date now, whenever something changed last.
    lastUpdated: isWell ? format(now) : updated,
    currentTime: format(now),
    ...(path === '/healthz' && { nodeEligible }),
    healthy,
    ...(families.length > 0 && { status }),
  };
  return { status: isWell ? 200 : 503, headers: jsonHeaders, body: JSON.stringify(body) };
}

import type { Milliseconds, SyncReason } from './observer.ts';

/** `--min-sync-period` and `--sync-period`, in milliseconds. */
export interface SyncPeriods {
  /** From the end of one sync to the beginning of the next that changes ask for. */
  readonly least: number;
  /** Between two that compare all with the kernel. */
  readonly whole: number;
}

/** What is known of the syncs so far. */
export interface SyncHistory {
  /** The end of the last one; undefined before the first. */
  readonly lastEnd: Milliseconds | undefined;
  /** The end of the last one that compared all with the kernel, and could. */
  readonly lastWhole: Milliseconds | undefined;
  /** How many failed since the last success. */
  readonly failures: number;
}

/** What waits to be done. */
export interface SyncDemand {
  /** All is to be compiled: a list came, or the configuration was read again. */
  readonly isWhole: boolean;
  /** Events came. */
  readonly hasChanges: boolean;
}

export interface NextSync {
  readonly at: Milliseconds;
  readonly reason: SyncReason;
}

/** The longest wait before another attempt of what failed, in milliseconds. */
const mostPatience = 60_000;

/**
 * When to look at the kernel next. The first change after quiet goes at once, those after it are gathered
 * until `least` has passed; what failed is tried again after a second, then two, up to a minute, and when
 * something has changed.
 */
export function nextSync(
  demand: SyncDemand,
  { lastEnd, lastWhole, failures }: SyncHistory,
  { least, whole }: SyncPeriods,
  now: Milliseconds,
): NextSync {
  if (lastEnd === undefined) return { at: now, reason: 'list' };
  // Even without a least period what fails is not tried at every moment.
  const pause = failures === 0 ? least : Math.max(least, 1000);
  const period = (lastWhole ?? lastEnd) + whole;
  const asked: NextSync[] = [{ at: period, reason: 'period' }];
  if (demand.hasChanges) asked.push({ at: lastEnd + pause, reason: 'change' });
  if (demand.isWhole && failures === 0) asked.push({ at: lastEnd + pause, reason: 'list' });
  if (failures > 0) {
    const patience = Math.min(mostPatience, 1000 * 2 ** Math.min(failures - 1, 10));
    asked.push({ at: lastEnd + Math.max(pause, patience), reason: 'retry' });
  }
  const soonest = asked.reduce((a, b) => (b.at < a.at ? b : a));
  return { ...soonest, at: Math.max(now, soonest.at) };
}

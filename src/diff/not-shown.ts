/** Differences of Services that somebody did not want to see: they are left out, and counted. */
import type { DiffCounts, TrafficDiff } from './change.ts';
import { countChanges, countsText } from './group-changes.ts';

/**
 * Leaves out what does not concern the Services that are to be shown, what concerns no Service too. A claim
 * concerns both Services that it is about.
 */
export function onlyShown(diff: TrafficDiff, isShown: (service: string) => boolean): TrafficDiff {
  const isOwn = ({ service }: { readonly service: string | undefined }): boolean =>
    service !== undefined && isShown(service);
  const isOwnClaim = (claim: TrafficDiff['claims'][number]): boolean =>
    isOwn(claim) || isShown(claim.victim);
  const rest = {
    ...diff,
    changes: diff.changes.filter((change) => !isOwn(change)),
    claims: diff.claims.filter((claim) => !isOwnClaim(claim)),
  };
  return {
    ...diff,
    changes: diff.changes.filter(isOwn),
    claims: diff.claims.filter(isOwnClaim),
    ...(diff.ways && { ways: diff.ways.filter(isOwn) }),
    ...(rest.changes.length + rest.claims.length > 0 && { notShown: countChanges(rest) }),
  };
}

/** Whether the sides are known to treat every packet alike, those to Services that are not shown included. */
export const isSameDiff = ({ changes, notShown, notCompared }: TrafficDiff): boolean =>
  changes.length + notCompared.length === 0 && (notShown?.changes ?? 0) === 0;

/** Whether nothing is to be told. */
export const isSilent = ({ changes, claims, notShown, notCompared }: TrafficDiff): boolean =>
  changes.length + claims.length + notCompared.length === 0 && notShown === undefined;

/** `Not shown: 3 changes in 2 Services, no risk found` */
export const notShownText = (counts: DiffCounts): string => `Not shown: ${countsText(counts)}`;

/** The same as lines, of which there may be none. */
export const notShownLines = ({ notShown }: TrafficDiff): readonly string[] =>
  notShown === undefined ? [] : [notShownText(notShown)];

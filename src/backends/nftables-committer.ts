import type { LiveChange, LiveCompilation } from '../follow/live-compilation.ts';
import { commitChange, holdsStamps } from '../live/commit-change.ts';
import { commonRevision } from '../live/held.ts';
import type { Host } from '../live/host.ts';
import { readStamps, type Stamps } from '../live/kernel-tables.ts';
import { retirePins } from '../live/retire-pins.ts';
import type { Revision } from '../live/revision.ts';
import type { ChangeCommitter, StoreFollowed } from './change-committer.ts';

/** @returns undefined where the kernel does not hold what is compiled */
export async function nftablesCommitter(
  live: LiveCompilation,
  host: Host,
  stateDir: string,
  now: () => number,
): Promise<ChangeCommitter | undefined> {
  const begun = await readStamps(host);
  if ('refusals' in begun || commonRevision(begun)?.digest !== live.digest()) return undefined;
  let stamps: Stamps = begun;
  return {
    backend: 'nftables',
    commit: async (change: LiveChange) => {
      const committed = await commitChange(host, change, stamps, now());
      if (committed.kind !== 'committed') return committed;
      const { revision, delta, families } = committed;
      stamps = committed.stamps;
      return {
        ...{ kind: 'committed', revision, delta, store: storing(live, revision, stateDir) },
        isHeld: () => holdsStamps(host, stamps, families),
        finish: () => retirePins(host, () => change.next, delta),
      };
    },
  };
}

const storing =
  (live: LiveCompilation, revision: Revision, stateDir: string): StoreFollowed =>
  async ({ isDone, ...settled }) => {
    const { storeRevision, pruneRevisions } = await import('../live/revision-store.ts');
    const { pruneCompilations } = await import('../live/compilation-store.ts');
    const { storeSettled } = await import('../live/settled.ts');
    const flowServices = live.flowServices();
    await storeRevision(stateDir, { revision, ruleset: live.whole(), flowServices });
    if (isDone)
      await storeSettled(stateDir, { ...settled, digest: revision.digest, input: undefined });
    await pruneRevisions(stateDir);
    await pruneCompilations(stateDir);
  };

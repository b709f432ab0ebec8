import type { LiveChange, LiveCompilation } from '../../follow/live-compilation.ts';
import { commitChange, holdsStamps } from '../../live/commit-change.ts';
import type { Host } from '../../live/host.ts';
import type { Stamps } from '../../live/kernel-tables.ts';
import { retirePins } from '../../live/retire-pins.ts';
import type { Revision } from '../../live/revision.ts';
import { secondsNow } from '../host-options.ts';
import type { ChangeCommitter } from './change-committer.ts';
import type { StoreFollowed } from './keep-state.ts';

/** @param begun the kernel's stamps, which holds what is compiled */
export function nftablesCommitter(
  live: LiveCompilation,
  begun: Stamps,
  host: Host,
  stateDir: string,
): ChangeCommitter {
  let stamps = begun;
  return {
    backend: 'nftables',
    commit: async (change: LiveChange) => {
      const committed = await commitChange(host, change, stamps, secondsNow());
      if (committed.kind !== 'committed') return committed;
      const { revision, delta, families } = committed;
      stamps = committed.stamps;
      return {
        ...{ kind: 'committed', revision, delta, store: storing(live, revision, stateDir) },
        isHeld: () => holdsStamps(host, stamps, families),
        finish: () => retirePins(host, change.next, delta),
      };
    },
  };
}

const storing =
  (live: LiveCompilation, revision: Revision, stateDir: string): StoreFollowed =>
  async ({ isDone, ...settled }) => {
    const { storeRevision, pruneRevisions } = await import('../../live/revision-store.ts');
    const { pruneCompilations } = await import('../../live/compilation-store.ts');
    const { storeSettled } = await import('../../live/settled.ts');
    const flowServices = live.flowServices();
    await storeRevision(stateDir, { revision, ruleset: live.whole(), flowServices });
    if (isDone)
      await storeSettled(stateDir, { ...settled, digest: revision.digest, input: undefined });
    await pruneRevisions(stateDir);
    await pruneCompilations(stateDir);
  };

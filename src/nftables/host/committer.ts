import type { ChangeCommitter, StoreFollowed } from '../../backends/change-committer.ts';
import type { LiveChange, LiveCompilation } from '../../follow/live-compilation.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { waitingNft } from './ask-nft.ts';
import { changesInWords } from './changes.ts';
import { commitChange, holdsStamps } from './commit-change.ts';
import { readStamps, type Stamps } from './kernel-tables.ts';
import { commonRevision } from './observed.ts';
import { retireAffinity } from './retire-affinity.ts';

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
  const nft = waitingNft(host);
  return {
    backend: 'nftables',
    commit: async (change: LiveChange) => {
      const committed = await commitChange(host, change, stamps, now(), nft);
      if (committed.kind !== 'committed') return committed;
      const { revision, delta, families, isSeen } = committed;
      stamps = committed.stamps;
      return {
        ...{ kind: 'committed', revision, store: storing(live, revision, stateDir) },
        changes: changesInWords(delta),
        isHeld: async () => isSeen || (await holdsStamps(host, stamps, families)),
        finish: () => retireAffinity(host, () => change.next, delta),
      };
    },
  };
}

const storing =
  (live: LiveCompilation, revision: Revision, stateDir: string): StoreFollowed =>
  async ({ isDone, ...last }) => {
    const { storeRevision, pruneRevisions } = await import('./revision-store.ts');
    const { pruneCompilations } = await import('./compilation-store.ts');
    const { storeLastApply } = await import('./last-apply.ts');
    const flowServices = live.flowServices();
    await storeRevision(stateDir, { revision, ruleset: live.whole(), flowServices });
    if (isDone)
      await storeLastApply(stateDir, { ...last, digest: revision.digest, input: undefined });
    await pruneRevisions(stateDir);
    await pruneCompilations(stateDir);
  };

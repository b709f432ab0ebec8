import type { ChangeCommitter, StoreFollowed } from '../../backends/change-committer.ts';
import type { LiveCompilation } from '../../follow/live-compilation.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { markDone } from './after-apply.ts';
import { desiredTablesFrom } from './apply.ts';
import { changesInWords } from './changes.ts';
import { commitTables, type KnownTables } from './commit-change.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import { carryAll, type DesiredTables } from './observed.ts';
import { pruneTables, storeTables } from './revision-store.ts';

/**
 * Only what changed is compiled, and only chains that differ are sent; chains are laid out for all Services, since
 * those of the Services are also rules of shared chains, in order.
 *
 * @param live with the plan
 * @returns undefined where the tables do not hold what is compiled
 */
export async function iptablesCommitter(
  live: LiveCompilation,
  host: Host,
  stateDir: string,
  now: () => number,
): Promise<ChangeCommitter | undefined> {
  const desiredNow = (): DesiredTables => ({
    ...desiredTablesFrom({ families: live.plan(), unserved: [] }),
    flowServices: live.flowServices(),
  });
  const { rules } = desiredNow();
  const stamps = await readIptablesStamps(host);
  if (!carryAll(stamps, rules)) return undefined;
  let observed: KnownTables = { stamps, rules };
  return {
    backend: 'iptables',
    commit: async () => {
      const desired = desiredNow();
      const committed = await commitTables(host, observed, desired, now());
      if (committed.kind !== 'committed') return committed;
      const { revision, delta } = committed;
      observed = committed.observed;
      return {
        ...{ kind: 'committed', revision, store: storing(host, desired, revision, stateDir) },
        changes: changesInWords(delta),
        isHeld: async () => true,
        finish: async () => [],
      };
    },
  };
}

const storing =
  (host: Host, desired: DesiredTables, revision: Revision, stateDir: string): StoreFollowed =>
  async ({ isDone, warnings, sysctls, served }) => {
    const { rules, flowServices, digest } = desired;
    await storeTables(stateDir, { revision, rules, flowServices });
    const last = { digest, input: undefined, warnings, sysctls, served };
    if (isDone) await markDone(host, stateDir, last);
    else await pruneTables(stateDir);
  };

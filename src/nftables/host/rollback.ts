import { announce } from '../../host/change/after-apply.ts';
import { noSteps } from '../../host/change/apply-step.ts';
import type { RollbackOptions, RollbackOutcome } from '../../host/change/rollback.ts';
import { changeToUndo, nothingEarlier, underLock, unreadable } from '../../host/change/rollback.ts';
import { wakeTables } from '../../host/machine/dormant.ts';
import type { Host } from '../../host/machine/host.ts';
import { forgetPending, type PendingChange } from '../../host/state/confirmation.ts';
import { flowChange } from '../../host/state/flow-state.ts';
import { takeBackSysctls } from '../../host/state/set-sysctls.ts';
import { areWhole, canonicalOf } from '../canonical/written.ts';
import { doAfterApply, markDone } from './after-apply.ts';
import type { ApplyOutcome } from './apply.ts';
import { changesInWords } from './changes.ts';
import { cleanUp } from './cleanup.ts';
import { ownTables, stampedFamilies } from './dormant.ts';
import type { Stamps } from './kernel-tables.ts';
import { neededByRuleset } from './needed-sysctls.ts';
import { commonRevision, type DesiredRuleset, familiesOf, observeRuleset } from './observed.ts';
import { reconcile } from './reconcile.ts';
import {
  listRevisions,
  loadRevision,
  revisionFile,
  type StoredRevision,
} from './revision-store.ts';
import { sureStamps } from './sure-stamps.ts';

/**
 * Makes the kernel hold the revision before the one it holds. Revisions are a stack: the one gone back
 * to keeps its number, and going back again leads to the one before it.
 */
export const rollBack = (
  host: Host,
  options: RollbackOptions,
): Promise<RollbackOutcome<ApplyOutcome>> =>
  underLock<RollbackOutcome<ApplyOutcome>>(options, async () => {
    const stamps = await sureStamps(host);
    if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
    const current = commonRevision(stamps);
    const change = await changeToUndo(current?.digest, options);
    if (change !== undefined) return goBackTo(host, change.previous, stamps, options);
    if (current === undefined) return nothingEarlier('the kernel holds no revision of natc');
    const earlier = (await listRevisions(options.stateDirectory)).find(
      ({ number, digest }) => number < current.number && digest !== current.digest,
    );
    if (earlier === undefined)
      return nothingEarlier(
        `${options.stateDirectory} has no revision before revision ${current.number}`,
      );
    return goBackTo(host, earlier.digest, stamps, options);
  });

/**
 * Undoes a change that nobody confirmed, under the lock that the caller holds. Whatever the kernel holds now
 * that was not there before is its work: no other change is made while one waits. (It holds neither after a
 * reboot, and through iptables where an apply was ended half-way.)
 */
export async function undo(
  host: Host,
  { previous }: PendingChange,
  options: RollbackOptions,
): Promise<RollbackOutcome<ApplyOutcome>> {
  const stamps = await sureStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  if (commonRevision(stamps)?.digest !== previous) return goBackTo(host, previous, stamps, options);
  await forgetPending(options.stateDirectory);
  return { kind: 'not-pending' };
}

async function goBackTo(
  host: Host,
  digest: string | undefined,
  stamps: Stamps,
  options: RollbackOptions,
): Promise<RollbackOutcome<ApplyOutcome>> {
  const { stateDirectory, now } = options;
  if (digest === undefined) {
    const off = await takeBackSysctls(host, stateDirectory, undefined);
    const { kind, diagnostics } = await cleanUp(host);
    if (kind === 'refused') {
      await off.undo();
      return { kind, diagnostics };
    }
    await forgetPending(stateDirectory);
    return { kind: 'removed', diagnostics: [...off.diagnostics, ...diagnostics] };
  }
  const stored = await loadRevision(stateDirectory, digest);
  if (stored === undefined || !areWhole(stored.ruleset))
    return unreadable(stateDirectory, revisionFile(digest));
  const desired = desiredAgain(stored);
  const awake = await wakeTables(host, ownTables(stampedFamilies(stamps)));
  if (awake.kind === 'refused') return awake;
  const observed = await observeRuleset(host, stateDirectory, stamps, desired.written);
  const flows = await flowChange(
    stateDirectory,
    desired.flowServices,
    observed.stored?.flowServices ?? [],
  );
  await announce(stateDirectory, flows);
  const canonical = () => canonicalOf(desired.written);
  const off = await takeBackSysctls(host, stateDirectory, {
    number: stored.revision.number,
    needed: neededByRuleset(canonical()),
  });
  const outcome = await reconcile(host, stateDirectory, observed, desired, undefined, now());
  if (outcome.kind === 'refused') {
    await off.undo();
    return outcome;
  }
  await forgetPending(stateDirectory);
  const after = { canonical, flows, extent: 'everything', sysctls: [], revision: 0 } as const;
  const done = await doAfterApply(host, stateDirectory, after, noSteps);
  const { ended, diagnostics: failures } = done;
  const last = {
    digest,
    families: familiesOf(desired.written),
    input: undefined,
    warnings: 0,
    sysctls: [],
  };
  const rest = failures.length > 0 ? failures : await markDone(stateDirectory, last, noSteps);
  const diagnostics = [...awake.diagnostics, ...outcome.diagnostics, ...off.diagnostics, ...rest];
  if (outcome.kind === 'up-to-date') return { kind: 'up-to-date', ended, diagnostics };
  const { revision, delta } = outcome;
  return { kind: 'applied', revision, delta, changes: changesInWords(delta), ended, diagnostics };
}

const desiredAgain = ({ revision, ruleset, flowServices }: StoredRevision): DesiredRuleset => ({
  ruleset: () => ({ tables: [] }),
  written: ruleset,
  digest: revision.digest,
  flowServices,
  number: revision.number,
});

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import {
  type Confirmation,
  cannotPrepare,
  waitForConfirmation,
} from '../../host/state/confirmation.ts';
import { digestOf } from '../canonical/written.ts';
import type { DesiredRuleset, ObservedRuleset } from './observed.ts';
import { hasRevision, storeRevision } from './revision-store.ts';

/** Prepares to go back before a change is made; see {@link waitForConfirmation}. */
export async function awaitConfirmation(
  directory: string,
  confirmation: Confirmation,
  observed: ObservedRuleset,
  { digest }: DesiredRuleset,
  now: number,
): Promise<readonly Diagnostic[]> {
  const { ruleset } = observed;
  if (ruleset === undefined) return [cannotPrepare("natc's tables cannot be read")];
  return waitForConfirmation(directory, confirmation, 'nftables', digest, now, () =>
    storedDigest(directory, observed, ruleset, now),
  );
}

async function storedDigest(
  directory: string,
  observed: ObservedRuleset,
  ruleset: NonNullable<ObservedRuleset['ruleset']>,
  now: number,
): Promise<string | undefined> {
  if (ruleset.tables.length === 0) return undefined;
  if (observed.source === 'state' && observed.revision !== undefined)
    return observed.revision.digest;
  const digest = digestOf(ruleset);
  const revision = {
    number: observed.revision?.number ?? 0,
    digest,
    time: observed.revision?.time ?? now,
  };
  if (!(await hasRevision(directory, digest)))
    await storeRevision(directory, { revision, ruleset, flowServices: [] });
  return digest;
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import {
  type Confirmation,
  cannotPrepare,
  waitForConfirmation,
} from '../../host/state/confirmation.ts';
import { digestOf } from '../canonical/written.ts';
import type { Held, Wanted } from './observed.ts';
import { hasRevision, storeRevision } from './revision-store.ts';

/** Prepares to go back before a change is made; see {@link waitForConfirmation}. */
export async function awaitConfirmation(
  directory: string,
  confirmation: Confirmation,
  held: Held,
  { digest }: Wanted,
  now: number,
): Promise<readonly Diagnostic[]> {
  const { ruleset } = held;
  if (ruleset === undefined) return [cannotPrepare("natc's tables cannot be read")];
  return waitForConfirmation(directory, confirmation, 'nftables', digest, now, () =>
    storedDigest(directory, held, ruleset, now),
  );
}

async function storedDigest(
  directory: string,
  held: Held,
  ruleset: NonNullable<Held['ruleset']>,
  now: number,
): Promise<string | undefined> {
  if (ruleset.tables.length === 0) return undefined;
  if (held.source === 'state' && held.revision !== undefined) return held.revision.digest;
  const digest = digestOf(ruleset);
  const revision = { number: held.revision?.number ?? 0, digest, time: held.revision?.time ?? now };
  if (!(await hasRevision(directory, digest)))
    await storeRevision(directory, { revision, ruleset, flowServices: [] });
  return digest;
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Confirmation, waitForConfirmation } from '../../host/state/confirmation.ts';
import { ruleCount } from '../tables.ts';
import type { DesiredTables, ObservedTables } from './observed.ts';
import { digestOfRules, hasTables, storeTables } from './revision-store.ts';

/** Prepares to go back before a change is made; see {@link waitForConfirmation}. */
export async function awaitConfirmation(
  stateDirectory: string,
  confirmation: Confirmation,
  observed: ObservedTables,
  { digest }: DesiredTables,
  now: number,
): Promise<readonly Diagnostic[]> {
  return waitForConfirmation(stateDirectory, confirmation, 'iptables', digest, now, async () => {
    const { rules, revision, source } = observed;
    if (ruleCount(rules) === 0) return undefined;
    if (source === 'state' && revision !== undefined) return revision.digest;
    const previous = digestOfRules(rules);
    const { number, time } = revision ?? { number: 0, time: now };
    if (!(await hasTables(stateDirectory, previous)))
      await storeTables(stateDirectory, {
        revision: { number, time, digest: previous },
        rules,
        flowServices: observed.stored?.flowServices ?? [],
      });
    return previous;
  });
}

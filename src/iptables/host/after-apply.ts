import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import type { LastIptablesApply } from './last-apply.ts';
import { loadLastApply, storeLastApply } from './last-apply.ts';
import { pruneTables } from './revision-store.ts';

/** Marks a revision as finished, so that the next apply of the same need not look at anything. */
export async function markDone(
  host: Host,
  directory: string,
  finished: Omit<LastIptablesApply, 'stamps'>,
): Promise<readonly Diagnostic[]> {
  const last = { ...finished, stamps: await readIptablesStamps(host) };
  const before = await loadLastApply(directory);
  if (isDeepStrictEqual(before, last)) return [];
  try {
    await storeLastApply(directory, last);
    await pruneTables(directory);
    return [];
  } catch (error) {
    return [stateNotWritten(directory, error)];
  }
}

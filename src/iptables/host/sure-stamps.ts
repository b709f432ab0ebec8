import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import type { IptablesStamps } from '../stamp.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import { isObserved, observeTables, revisionOf } from './observed.ts';

/*
 * For going back, where a stamp that could not be read must not count as absent: then there would be
 * nothing to undo.
 */

interface Unsure {
  readonly refusals: readonly Diagnostic[];
}

/** The stamps of natc's chains; the tables are listed where none is found. */
export async function sureIptablesStamps(
  host: Host,
  directory: string,
): Promise<IptablesStamps | Unsure> {
  const stamps = await readIptablesStamps(host);
  if (revisionOf(stamps) !== undefined) return stamps;
  const observed = await observeTables(host, directory, stamps, new Set(['IPv4']), true);
  return isObserved(observed) ? observed.stamps : { refusals: [observed] };
}

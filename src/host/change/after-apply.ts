import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { FlowChange } from '../../plan/flows.ts';
import { type EndedFlows, endStaleFlows, noFlows } from '../machine/conntrack.ts';
import type { Host } from '../machine/host.ts';
import { announceFlows, settleFlows } from '../state/flow-state.ts';
import { stateNotWritten } from '../state/state-directory.ts';

/** Notes what to look for afterwards, in case this apply does not come to its end. */
export async function announce(
  stateDirectory: string,
  change: FlowChange | undefined,
): Promise<readonly Diagnostic[]> {
  if (change === undefined) return [];
  try {
    await announceFlows(stateDirectory, change);
    return [];
  } catch (error) {
    return [stateNotWritten(stateDirectory, error)];
  }
}

/** Ends stale connections, and notes that none is left. */
export async function endFlows(
  host: Host,
  stateDirectory: string,
  change: FlowChange | undefined,
): Promise<EndedFlows> {
  if (change === undefined) return noFlows;
  const flows = await endStaleFlows(host, change);
  if (flows.diagnostics.length > 0) return flows;
  try {
    await settleFlows(stateDirectory, change);
    return flows;
  } catch (error) {
    return { ...flows, diagnostics: [stateNotWritten(stateDirectory, error)] };
  }
}

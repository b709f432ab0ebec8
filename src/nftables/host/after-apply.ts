import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { endFlows } from '../../host/change/after-apply.ts';
import type { OnStep } from '../../host/change/apply-step.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Sysctl } from '../../host/machine/sysctl.ts';
import { setSysctlsFor } from '../../host/state/set-sysctls.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import type { FlowChange } from '../../plan/flows.ts';
import type { CanonicalRuleset } from '../canonical/canonical.ts';
import type { Delta } from '../delta.ts';
import { pruneCompilations } from './compilation-store.ts';
import { type LastNftablesApply, loadLastApply, storeLastApply } from './last-apply.ts';
import { retireAffinity } from './retire-affinity.ts';
import { pruneRevisions } from './revision-store.ts';

/** What rules alone cannot do, after the kernel took them. */
export interface AfterApply {
  /** What the kernel holds now, or the part of it that changed. */
  readonly canonical: () => CanonicalRuleset;
  /** What was and is served by UDP and SCTP; undefined when no connection can be stale. */
  readonly flows: FlowChange | undefined;
  /** `nothing` to look at, `everything`, or what a change was about. */
  readonly extent: 'nothing' | 'everything' | { readonly delta: Delta | undefined };
  readonly sysctls: readonly Sysctl[];
  /** The number of the revision that they are for. */
  readonly revision: number;
}

/**
 * Moves on clients of lost endpoints, ends stale UDP and SCTP connections and sets sysctls, in this order.
 * The rules go before: route_localnet must not be on without the guard (N10).
 *
 * @returns the connections that were ended; the diagnostics are what could not be done
 */
export async function doAfterApply(
  host: Host,
  stateDirectory: string,
  { canonical, flows, extent, sysctls, revision }: AfterApply,
  onStep: OnStep,
): Promise<EndedFlows> {
  const diagnostics: Diagnostic[] = [];
  if (extent !== 'nothing') {
    const delta = extent === 'everything' ? undefined : extent.delta;
    diagnostics.push(...(await retireAffinity(host, canonical, delta)));
    onStep('affinity-retired');
  }
  const { ended, diagnostics: left } = await endFlows(host, stateDirectory, flows);
  if (extent !== 'nothing') onStep('connections-cleaned');
  const off = await setSysctlsFor(host, stateDirectory, sysctls, revision);
  return { ended, diagnostics: [...diagnostics, ...left, ...off] };
}

/** Marks a revision as finished, so that the next apply of the same need not look at anything. */
export async function markDone(
  stateDirectory: string,
  last: LastNftablesApply,
  onStep: OnStep,
): Promise<readonly Diagnostic[]> {
  const before = await loadLastApply(stateDirectory);
  if (JSON.stringify(before) === JSON.stringify(last)) return [];
  try {
    await storeLastApply(stateDirectory, last);
    onStep('marked-done');
    await pruneRevisions(stateDirectory);
    await pruneCompilations(stateDirectory);
    return [];
  } catch (error) {
    return [stateNotWritten(stateDirectory, error)];
  }
}

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { UdpService } from '../plan/udp-connections.ts';
import type { CanonicalRuleset } from '../ruleset/canonical.ts';
import type { Delta } from '../ruleset/delta.ts';
import type { OnStep } from './apply-step.ts';
import { cleanUdpConnections } from './conntrack.ts';
import type { Host } from './host.ts';
import { stateNotWritten } from './reconcile.ts';
import { retirePins } from './retire-pins.ts';
import { pruneRevisions } from './revision-store.ts';
import { loadSettled, type Settled, storeSettled } from './settled.ts';
import { type Sysctl, setSysctls } from './sysctl.ts';

/** What rules alone cannot do, after the kernel took them. */
export interface Aftermath {
  readonly canonical: CanonicalRuleset;
  readonly udpServices: readonly UdpService[];
  /** `nothing` to look at, `everything`, or what a change was about. */
  readonly extent:
    | 'nothing'
    | 'everything'
    | { readonly delta: Delta | undefined; readonly udpEndpointsDiffer: boolean };
  readonly sysctls: readonly Sysctl[];
}

/**
 * Moves on clients of lost endpoints, removes stale UDP connections and sets sysctls, in this order.
 * The rules go before: route_localnet must not be on without the guard (N10).
 *
 * @returns what could not be done
 */
export async function doAftermath(
  host: Host,
  { canonical, udpServices, extent, sysctls }: Aftermath,
  onStep: OnStep,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  if (extent !== 'nothing') {
    const delta = extent === 'everything' ? undefined : extent.delta;
    diagnostics.push(...(await retirePins(host, canonical, delta)));
    onStep('pins-retired');
    if (extent === 'everything' || extent.udpEndpointsDiffer)
      diagnostics.push(...(await cleanUdpConnections(host, udpServices)));
    onStep('connections-cleaned');
  }
  return [...diagnostics, ...(await setSysctls(host, sysctls))];
}

/** Marks a revision as finished, so that the next apply of the same need not look at anything. */
export async function settle(
  stateDirectory: string,
  settled: Settled,
  onStep: OnStep,
): Promise<readonly Diagnostic[]> {
  const before = await loadSettled(stateDirectory);
  if (JSON.stringify(before) === JSON.stringify(settled)) return [];
  try {
    await storeSettled(stateDirectory, settled);
    onStep('settled');
    await pruneRevisions(stateDirectory);
    return [];
  } catch (error) {
    return [stateNotWritten(stateDirectory, error)];
  }
}

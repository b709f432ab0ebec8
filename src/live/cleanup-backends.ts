import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Backend } from './backend.ts';
import { cleanUp, warnOfRouteLocalnet } from './cleanup.ts';
import { cleanUpIptables } from './cleanup-iptables.ts';
import type { Host } from './host.ts';
import { findIptables, isTools } from './iptables-tools.ts';
import { takeBackLocalnet } from './set-sysctls.ts';

export interface BackendsCleanup {
  readonly kind: 'clean' | 'refused';
  /** What was there, in words; empty when there was nothing to do. */
  readonly removed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Removes natc's rules from one backend or, with `auto`, from both: a machine may have changed from one
 * to the other. With `auto` a backend whose programs are missing is passed over, unless both are.
 */
export async function cleanUpBackends(
  host: Host,
  backend: 'auto' | Backend,
  stateDirectory: string,
): Promise<BackendsCleanup> {
  const tools = backend === 'nftables' ? undefined : await findIptables(host);
  if (backend === 'iptables' && tools !== undefined && !isTools(tools))
    return { kind: 'refused', removed: [], diagnostics: [tools] };
  const removed: string[] = [];
  // Before the guard goes. Forwarding stays: others may have come to need it.
  const diagnostics = [...(await takeBackLocalnet(host, stateDirectory))];
  if (backend !== 'iptables') {
    const outcome = await cleanUp(host);
    diagnostics.push(...outcome.diagnostics);
    if (outcome.kind === 'clean') removed.push(...outcome.tables.map((table) => `table ${table}`));
    else if (!isMissing(outcome.diagnostics) || tools === undefined || !isTools(tools))
      return { kind: 'refused', removed, diagnostics };
    else diagnostics.splice(0);
  }
  if (backend !== 'nftables') {
    const outcome = await cleanUpIptables(host);
    if (outcome.kind === 'refused') return { ...outcome, removed };
    removed.push(...outcome.removed);
    if (outcome.removed.length > 0 && diagnostics.length === 0)
      diagnostics.push(...(await warnOfRouteLocalnet(host)));
  }
  return { kind: 'clean', removed, diagnostics };
}

const isMissing = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.every(({ code }) => code === 'NATC5001');

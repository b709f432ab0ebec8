import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Backend } from './backend.ts';
import { cleanUp, warnOfRouteLocalnet } from './cleanup.ts';
import { cleanUpIptables } from './cleanup-iptables.ts';
import type { Host } from './host.ts';
import { findIptables, isTools } from './iptables-tools.ts';
import { loadSetSysctls, takeBackLocalnet } from './set-sysctls.ts';
import { sysctlNames, sysctlPath } from './sysctl.ts';
import { sysctlLine, sysctlsOf } from './sysctl-status.ts';

export interface BackendsCleanup {
  readonly kind: 'clean' | 'refused';
  /** What was there, in words; empty when there was nothing to do. */
  readonly removed: readonly string[];
  /** Sysctls that natc set and left on, in words. */
  readonly leftOn: readonly string[];
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
    return { kind: 'refused', removed: [], leftOn: [], diagnostics: [tools] };
  const removed: string[] = [];
  const wereSet = await loadSetSysctls(stateDirectory);
  // Before the guard goes. Forwarding stays: others may have come to need it.
  const diagnostics = [...(await takeBackLocalnet(host, stateDirectory))];
  if (backend !== 'iptables') {
    const outcome = await cleanUp(host);
    const isNeeded = !isMissing(outcome.diagnostics) || tools === undefined || !isTools(tools);
    if (outcome.kind === 'clean' || isNeeded) diagnostics.push(...outcome.diagnostics);
    if (outcome.kind === 'clean') removed.push(...outcome.tables.map((table) => `table ${table}`));
    else if (isNeeded) return { kind: 'refused', removed, leftOn: [], diagnostics };
  }
  if (backend !== 'nftables') {
    const outcome = await cleanUpIptables(host);
    if (outcome.kind === 'refused') return { ...outcome, removed, leftOn: [] };
    removed.push(...outcome.removed);
    if (outcome.removed.length > 0 && diagnostics.length === 0)
      diagnostics.push(...(await warnOfRouteLocalnet(host)));
  }
  if (wereSet.kind === 'unknown' && removed.length > 0)
    diagnostics.push(...(await warnOfUnknownSysctls(host, stateDirectory)));
  const { set = [] } = await sysctlsOf(host, stateDirectory, false, undefined);
  const leftOn = (removed.length === 0 ? [] : set)
    .filter(({ state, now }) => state === 'left-on' && now === '1')
    .map((each) => `${sysctlLine(each)} (sysctl -w ${each.name}=0)`);
  return { kind: 'clean', removed, leftOn, diagnostics };
}

/** Without a word of what natc set, it can only say what is on now. */
export async function warnOfUnknownSysctls(
  host: Host,
  stateDirectory: string,
): Promise<readonly Diagnostic[]> {
  const values = await Promise.all(
    sysctlNames.map(async (name) => ({
      name,
      value: (await host.readFile(sysctlPath(name)))?.trim(),
    })),
  );
  const known = values.filter(({ value }) => value !== undefined);
  const on = known.filter(({ value }) => value !== '0');
  if (on.length === 0) return [];
  return [
    {
      code: 'NATC5088',
      severity: 'warning',
      message: `${stateDirectory} does not say which sysctls natc had set to 1, so none was set back: ${known.map(({ name, value }) => `${name} is ${value}`).join(', ')}`,
      places: [],
      hint: `what nothing else needs goes off with: sysctl -w ${on.map(({ name }) => `${name}=0`).join(' ')}`,
    },
  ];
}

const isMissing = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.every(({ code }) => code === 'NATC5001');

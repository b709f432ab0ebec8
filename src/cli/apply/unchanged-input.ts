import { loadBackend } from '../../backends/table.ts';
import type { Unchanged } from '../../host/change/unchanged.ts';
import type { Host } from '../../host/machine/host.ts';
import { ipFamilies } from '../../net/family.ts';
import { defaultBackend } from '../../options.ts';
import type { ApplyFlags } from './options.ts';

/** Whether the kernel holds what this input was compiled to; undefined when only compiling it can tell. */
export async function recognisedInput(
  host: Host,
  fingerprint: string,
  flags: ApplyFlags,
): Promise<Unchanged | undefined> {
  const { backend, stateDir, sysctl, news } = flags;
  const { chainReader } = await import('../../host/machine/kernel-chains.ts');
  const chains = chainReader(host);
  const through = await loadBackend(backend === 'auto' ? defaultBackend : backend);
  const unchanged = await through.unchanged(host, stateDir, fingerprint, sysctl, chains);
  if (unchanged === undefined) return undefined;
  // Which warnings these were only compiling can tell.
  if (unchanged.warnings > 0 && news?.remembers === false) return undefined;
  // The whole list came again: nothing waits any more.
  const { storeWaiting } = await import('../../host/state/served-store.ts');
  await storeWaiting(stateDir, undefined).catch(() => {});
  const { foreignWarnings } = await import('../foreign-forward.ts');
  const foreign = await foreignWarnings(host, unchanged.served ?? ipFamilies, flags, chains);
  return { ...unchanged, diagnostics: [...unchanged.diagnostics, ...foreign] };
}

import { type Host, listedWhole, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { ClientMap } from '../canonical/client-maps.ts';

/** Lists one client map, and nothing else of its table. That nft ends with 0 is not enough. */
export async function listAffinity(host: Host, map: ClientMap): Promise<RunResult> {
  const result = await host.run('nft', ['list', 'map', map.family, map.table, map.name]);
  if (!succeeded(result) || listedWhole(result, /^\s*map \S+ \{/m)) return result;
  const stderr = 'nft reported success, but listed no whole map';
  return { kind: 'exited', exitCode: 1, stdout: '', stderr };
}

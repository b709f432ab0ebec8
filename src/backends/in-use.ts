import type { Host } from '../host/machine/host.ts';
import { chainReader } from '../host/machine/kernel-chains.ts';
import { type BackendName, defaultBackend } from '../options.ts';
import { allBackends } from './table.ts';

/** Through which backend natc works here: the first in the table that says so, else the default. */
export async function backendInUse(host: Host, stateDirectory: string): Promise<BackendName> {
  const searched = { host, stateDirectory, chains: chainReader(host) };
  for (const backend of await allBackends())
    if (await (await backend.leftovers()).isInUse(searched)) return backend.name;
  return defaultBackend;
}

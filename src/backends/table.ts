import type { Leftovers } from '../host/change/leftovers.ts';
import { type BackendName, backendNames } from '../options.ts';
import type { Backend, MakeBackend } from './backend.ts';

/**
 * The backends: whoever needs one takes it from here, and asks it. Only what is asked for is loaded. Another
 * backend is a folder that has what {@link Backend} wants, and a line.
 */
const backends: Readonly<Record<BackendName, () => Promise<MakeBackend>>> = {
  nftables: async () => (await import('../nftables/host/backend.ts')).nftables,
  iptables: async () => (await import('../iptables/host/backend.ts')).iptables,
};

export const loadBackend = async (name: BackendName): Promise<Backend> =>
  (await backends[name]())(() => leftoversBeside(name));

/** All of them, the default first. */
export const allBackends = (): Promise<readonly Backend[]> =>
  Promise.all(backendNames.map(loadBackend));

/** What every other backend tells of rules that natc left in it. */
export const leftoversBeside = (name: BackendName): Promise<readonly Leftovers[]> =>
  Promise.all(
    backendNames
      .filter((other) => other !== name)
      .map(async (other) => (await loadBackend(other)).leftovers()),
  );

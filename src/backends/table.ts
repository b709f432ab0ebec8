import type { BackendName } from '../options.ts';
import type { Backend } from './backend.ts';

/**
 * The backends: whoever needs one takes it from here, and asks it. Only what is asked for is loaded. Another
 * backend is a folder that has what {@link Backend} wants, and a line.
 */
const backends: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  nftables: async () => (await import('../nftables/host/backend.ts')).nftables,
  iptables: async () => (await import('../iptables/host/backend.ts')).iptables,
};

export const loadBackend = (name: BackendName): Promise<Backend> => backends[name]();

import { type Host, listedWhole, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { ClientMap } from '../canonical/client-maps.ts';

/** One client that session affinity holds to an endpoint. */
export interface Pin {
  readonly client: string;
  readonly endpoint: string;
  /** What is left of its time, in nft's spelling: `2h59m58s972ms`. */
  readonly expires: string;
}

/** Lists one client map, and nothing else of its table. That nft ends with 0 is not enough. */
export async function listPins(host: Host, map: ClientMap): Promise<RunResult> {
  const result = await host.run('nft', ['list', 'map', map.family, map.table, map.name]);
  if (!succeeded(result) || listedWhole(result, /^\s*map \S+ \{/m)) return result;
  const stderr = 'nft reported success, but listed no whole map';
  return { kind: 'exited', exitCode: 1, stdout: '', stderr };
}

const pinPattern = /([0-9a-f.:]+) (?:timeout \S+ )?expires (\S+) : ([0-9a-f.:]+)/g;

/** The pins in a listing of a client map: `10.0.0.2 expires 2h59m58s : 10.1.0.6`. */
export const pinsIn = (listing: string): readonly Pin[] =>
  [...listing.matchAll(pinPattern)].map(([, client = '', expires = '', endpoint = '']) => ({
    client,
    endpoint,
    expires,
  }));

const durationPattern = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** `1d2h3m4s5ms` in seconds: nft leaves out what is 0. */
export function secondsOf(duration: string): number {
  const [, d = 0, h = 0, m = 0, s = 0, ms = 0] = durationPattern.exec(duration) ?? [];
  return Number(d) * 86_400 + Number(h) * 3600 + Number(m) * 60 + Number(s) + Number(ms) / 1000;
}

import type { ClientMap } from '../ruleset/nftables/client-maps.ts';
import type { Host, RunResult } from './host.ts';

/** One client that session affinity holds to an endpoint. */
export interface Pin {
  readonly client: string;
  readonly endpoint: string;
  /** What is left of its time, in nft's spelling: `2h59m58s972ms`. */
  readonly expires: string;
}

/** Lists one client map, and nothing else of its table. */
export const listPins = (host: Host, map: ClientMap): Promise<RunResult> =>
  host.run('nft', ['list', 'map', map.family, map.table, map.name]);

const pinPattern = /([0-9a-f.:]+) (?:timeout \S+ )?expires (\S+) : ([0-9a-f.:]+)/g;

/** The pins in a listing of a client map: `10.0.0.2 expires 2h59m58s : 10.1.0.6`. */
export const pinsIn = (listing: string): readonly Pin[] =>
  [...listing.matchAll(pinPattern)].map(([, client = '', expires = '', endpoint = '']) => ({
    client,
    endpoint,
    expires,
  }));

const unitSeconds: Readonly<Record<string, number>> = {
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** `1d2h3m4s5ms` in seconds. */
export function secondsOf(duration: string): number {
  let seconds = 0;
  for (const [, count, unit] of duration.matchAll(/(\d+)(ms|[dhms])/g))
    seconds += Number(count) * (unitSeconds[unit ?? ''] ?? 0);
  return seconds;
}

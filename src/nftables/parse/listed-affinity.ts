/** One client that session affinity holds to an endpoint. */
export interface AffinityEntry {
  readonly client: string;
  readonly endpoint: string;
  /** What is left of its time, in nft's spelling: `2h59m58s972ms`. */
  readonly expires: string;
}

const pinPattern = /([0-9a-f.:]+) (?:timeout \S+ )?expires (\S+) : ([0-9a-f.:]+)/g;

/** The pins in a listing of a client map: `10.0.0.2 expires 2h59m58s : 10.1.0.6`. */
export const affinityIn = (listing: string): readonly AffinityEntry[] =>
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

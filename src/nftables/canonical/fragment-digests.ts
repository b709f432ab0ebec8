import { hash } from 'node:crypto';

/**
 * One digest of many fragments, which costs little to have again when a few of them change: the hash of a
 * list of hashes, each of the fragments of one bucket. What it is depends on the fragments alone.
 */
export interface FragmentDigests {
  /** @param digest of the fragment; undefined: the Service has none */
  readonly set: (service: string, digest: string | undefined) => void;
  /** 64 hexadecimal digits. */
  readonly digest: () => string;
}

/** 40 Services in each, where there are 20,000. */
const bucketCount = 512;

interface Bucket {
  readonly digests: Map<string, string>;
  /** Of all in it; undefined: one has changed. */
  hash: string | undefined;
}

/** @param entries the Services with the digests of their fragments, in any order */
export function fragmentDigests(
  entries: Iterable<readonly [service: string, digest: string]>,
): FragmentDigests {
  const buckets = new Map<number, Bucket>();
  const bucketOf = (service: string): Bucket => {
    const index = indexOf(service);
    const known = buckets.get(index);
    if (known !== undefined) return known;
    const bucket: Bucket = { digests: new Map(), hash: undefined };
    buckets.set(index, bucket);
    return bucket;
  };
  for (const [service, digest] of entries) bucketOf(service).digests.set(service, digest);
  return {
    set: (service, digest) => {
      const bucket = bucketOf(service);
      if (digest === undefined) bucket.digests.delete(service);
      else bucket.digests.set(service, digest);
      bucket.hash = undefined;
    },
    digest: () => {
      let list = '';
      for (let index = 0; index < bucketCount; index++) {
        const bucket = buckets.get(index);
        if (bucket === undefined || bucket.digests.size === 0) continue;
        bucket.hash ??= hashOf(bucket.digests);
        list += `${index} ${bucket.hash}\n`;
      }
      return hash('sha256', list);
    },
  };
}

function hashOf(digests: ReadonlyMap<string, string>): string {
  let text = '';
  for (const service of [...digests.keys()].sort()) text += `${service} ${digests.get(service)}\n`;
  return hash('sha256', text);
}

/** FNV-1a: which bucket it is says nothing, it only has to be the same every time. */
function indexOf(service: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < service.length; i++)
    value = Math.imul(value ^ service.charCodeAt(i), 0x01000193);
  return (value >>> 0) % bucketCount;
}

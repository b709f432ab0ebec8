/** Listings that real kube-proxies made of behaviour cases (1.37.2 by `npm run peer -- --record`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeProxyListing } from '../../src/kube-proxy/listing.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';

/** Where they lie; another directory to look through more of them. */
const directory = process.env['NATC_LISTINGS'] ?? 'fixtures/kube-proxy/1.37.2';

export interface RecordedListing {
  /** Of the case file. */
  readonly name: string;
  readonly mode: 'nftables' | 'iptables';
  readonly path: string;
}

const listingsIn = (folder: string): readonly RecordedListing[] =>
  readdirSync(folder)
    .filter((file) => /\.(nft|iptables-save)$/.test(file))
    .sort()
    .map((file) => ({
      name: file.replace(/\.[^.]+$/, '.yaml'),
      mode: file.endsWith('.nft') ? 'nftables' : 'iptables',
      path: join(folder, file),
    }));

/** Those that there are: `010-overall-mix.nft` and `010-overall-mix.iptables-save`. */
export const recordedListings: readonly RecordedListing[] = listingsIn(directory);

/** Of kube-proxy 1.31.4 and 1.33.1, made as the others. */
export const olderListings: readonly RecordedListing[] = ['1.31.4', '1.33.1'].flatMap((version) =>
  listingsIn(`fixtures/kube-proxy/${version}`),
);

/** @throws where it cannot be read, or not in full */
export function readRecorded(path: string): KubeProxyListing {
  const { listing, diagnostics } = parseListing({ name: path, text: readFileSync(path, 'utf8') });
  const said = diagnostics.map(({ message }) => message);
  if (listing === undefined || said.length > 0) throw new Error(`${path}: ${said.join('; ')}`);
  return listing;
}

export const listingText = (file: string): string => readFileSync(join(directory, file), 'utf8');

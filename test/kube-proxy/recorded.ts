/** Listings that the real kube-proxy 1.37.2 made of behaviour cases (`npm run peer -- --record`). */
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

/** Those that there are: `010-overall-mix.nft` and `010-overall-mix.iptables-save`. */
export const recordedListings: readonly RecordedListing[] = readdirSync(directory)
  .filter((file) => /\.(nft|iptables-save)$/.test(file))
  .sort()
  .map((file) => ({
    name: file.replace(/\.[^.]+$/, '.yaml'),
    mode: file.endsWith('.nft') ? 'nftables' : 'iptables',
    path: join(directory, file),
  }));

/** @throws where it cannot be read, or not in full */
export function readRecorded(path: string): KubeProxyListing {
  const { listing, diagnostics } = parseListing({ name: path, text: readFileSync(path, 'utf8') });
  const said = diagnostics.map(({ message }) => message);
  if (listing === undefined || said.length > 0) throw new Error(`${path}: ${said.join('; ')}`);
  return listing;
}

export const listingText = (file: string): string => readFileSync(join(directory, file), 'utf8');

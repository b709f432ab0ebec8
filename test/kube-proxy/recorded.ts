/** Listings that real kube-proxies made of behaviour cases (1.37.2 by `npm run peer -- --record`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ListedSide } from '../../src/diff/listed-traffic.ts';
import type { KubeProxyListing } from '../../src/kube-proxy/listing.ts';
import { parseListing } from '../../src/kube-proxy/parse-listing.ts';
import { type CaseFile, type Flow, optionsOfNode, readCase } from '../support/cases.ts';
import { compileValid } from '../support/worlds-compile.ts';

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

/** Of other versions of kube-proxy. */
export const olderListings: readonly RecordedListing[] = [
  ...['1.23.17', '1.28.15', '1.31.4', '1.33.1', '1.35.0'],
].flatMap((version) => listingsIn(`fixtures/kube-proxy/${version}`));

/** @throws where it cannot be read, or not in full */
export function readRecorded(path: string): KubeProxyListing {
  const { listing, diagnostics } = parseListing({ name: path, text: readFileSync(path, 'utf8') });
  const said = diagnostics.map(({ message }) => message);
  if (listing === undefined || said.length > 0) throw new Error(`${path}: ${said.join('; ')}`);
  return listing;
}

export const listingText = (file: string): string => readFileSync(join(directory, file), 'utf8');

/** What natc makes of a case: the other side of a comparison with its listing. */
export function natcOf(name: string): ListedSide {
  const { node, input } = readCase(name);
  const { ruleset, plan } = compileValid({ node, objects: input }, optionsOfNode(node));
  return { ruleset, plan };
}

/** The case that a folder of listings was made of. */
export const readCaseOf = (folder: string): Omit<CaseFile, 'flows'> =>
  parse(readFileSync(join(folder, 'case.yaml'), 'utf8')) as Omit<CaseFile, 'flows'>;

/**
 * Addresses that are two things at once, and what 1.37.2 wrote for them: a packet to each cluster IP from a pod, from
 * outside and from the node. What becomes of them is nobody's case: `expect` says nothing.
 */
export function readAddresses(): {
  readonly file: CaseFile;
  readonly listings: readonly RecordedListing[];
} {
  const folder = 'fixtures/kube-proxy/addresses';
  const read = readCaseOf(folder);
  const addresses = read.input.flatMap((object) =>
    object.kind === 'Service' ? (object.spec.clusterIP ?? []) : [],
  );
  const flows = addresses.flatMap((to) =>
    ['10.180.0.9', '203.0.113.9', '192.168.0.2'].map(
      (from): Flow => ({
        ...{ name: `${from} > ${to}`, from, to, port: 80, protocol: 'TCP', expect: 'pass' },
      }),
    ),
  );
  return { file: { ...read, flows }, listings: listingsIn(folder) };
}

import type { Subject } from '../../explain/context.ts';
import { parseAddress } from '../../net/address.ts';
import type { LoadedSubject } from '../explain/subject.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';
import { isListing, kubeProxyWord, leftOutWords, readListing } from './listing-input.ts';

/** The first of the paths that stands for what a kube-proxy wrote, and the others, which are manifests. */
export interface ListingAmong {
  readonly listing: string;
  readonly manifests: readonly string[];
}

/** @returns undefined where none of the paths is a listing */
export async function listingAmong(paths: readonly string[]): Promise<ListingAmong | undefined> {
  for (const path of paths)
    if (path === kubeProxyWord || (await isListing(path)))
      return { listing: path, manifests: paths.filter((each) => each !== path) };
  return undefined;
}

/**
 * What a kube-proxy wrote, to be asked about. Where there are manifests beside it, what is said of Services
 * has the lines of theirs; the rules are those of the listing.
 */
export async function subjectFromListing(
  { listing: path, manifests }: ListingAmong,
  flags: CompileFlags,
  terminal: Terminal,
): Promise<LoadedSubject> {
  const { listing, diagnostics, kernel } = await readListing(path, terminal);
  if (listing === undefined) return { subject: undefined, diagnostics };
  const nodeIPs = flags.nodeIPs ?? flags.natc?.options.nodeIPs ?? [];
  const bare: Subject = {
    ruleset: listing.outline,
    compiled: undefined,
    listing,
    notLookedAt: kernel?.notWalked ?? leftOutWords(listing),
    host:
      kernel === undefined
        ? {
            addresses: new Set(nodeIPs.flatMap((ip) => parseAddress(ip)?.text ?? [])),
            routeLocalnet: listing.rules.some(
              (each) => each.mode === 'iptables' && each.guardsLoopback,
            ),
            isComplete: false,
          }
        : { addresses: kernel.addresses, routeLocalnet: kernel.routeLocalnet, isComplete: true },
  };
  if (manifests.length === 0 && flags.fromCluster !== true) return { subject: bare, diagnostics };
  const { subjectFromManifests } = await import('../explain/subject.ts');
  const compiled = await subjectFromManifests(flags, manifests, terminal);
  if (compiled.subject === undefined)
    return { ...compiled, diagnostics: [...diagnostics, ...compiled.diagnostics] };
  const { withOrigins } = await import('../../kube-proxy/with-origins.ts');
  const { ruleset, compiled: of, host } = compiled.subject;
  const addresses = new Set([...bare.host.addresses, ...host.addresses]);
  return {
    ...compiled,
    subject: {
      ...bare,
      ruleset: withOrigins(listing.outline, ruleset),
      compiled: of,
      host: { ...bare.host, addresses },
    },
    diagnostics: [...diagnostics, ...compiled.diagnostics],
  };
}

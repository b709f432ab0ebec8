import { parseAddress } from '../../net/address.ts';
import type { DiffSide } from '../diff/side.ts';
import { servicesOfRuleset } from '../selection/selection.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';
import { leftOutDiagnostics, readListing } from './listing-input.ts';

/** A side of a diff that a kube-proxy wrote: a listing in a file, or that of this node's kernel. */
export async function listingSide(
  name: string,
  flags: CompileFlags,
  terminal: Terminal,
): Promise<DiffSide> {
  const { listing, diagnostics, kernel } = await readListing(name, terminal);
  const ruleset = listing?.outline;
  const nodeIPs = flags.nodeIPs ?? flags.natc?.options.nodeIPs ?? [];
  return {
    ...{ name, kind: 'kube-proxy', ruleset, uncompiled: [] },
    services: servicesOfRuleset(ruleset ?? { tables: [] }),
    nodeAddresses: [
      ...(kernel?.addresses ?? []),
      ...nodeIPs.flatMap((ip) => parseAddress(ip)?.text ?? []),
    ],
    ...(listing && { listing }),
    diagnostics: [...diagnostics, ...(listing === undefined ? [] : leftOutDiagnostics(listing))],
  };
}

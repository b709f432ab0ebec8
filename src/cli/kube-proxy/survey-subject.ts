import { nothingInvented } from '../../allocate/invented.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { collectNotUnderstood } from '../../diff/listed-traffic.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import type { LoadedSurveySubject } from '../reach/survey-subject.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';
import { notComparedDiagnostic } from './compare-listed.ts';
import { leftOutDiagnostics } from './listing-input.ts';
import { type ListingAmong, subjectFromListing } from './listing-subject.ts';

/**
 * What a kube-proxy wrote, for questions about all packets.
 *
 * @param podNetworks that the options name
 */
export async function listedSurveySubject(
  among: ListingAmong,
  flags: CompileFlags,
  podNetworks: readonly string[],
  terminal: Terminal,
): Promise<LoadedSurveySubject> {
  const {
    subject,
    diagnostics,
    uncompiled = [],
    invented = nothingInvented,
  } = await subjectFromListing(among, flags, terminal);
  const listing = subject?.listing;
  if (subject === undefined || listing === undefined)
    return { subject: undefined, diagnostics, uncompiled, invented };
  const missed = collectNotUnderstood();
  const { ruleset, host } = subject;
  return {
    subject: {
      ...{ ruleset, listing, podNetworks },
      onNotUnderstood: missed.add,
      nodeAddresses: host.addresses,
      ...(host.isComplete && { routeLocalnet: host.routeLocalnet }),
    },
    diagnostics: [...diagnostics, ...leftOutDiagnostics(listing), ...lackingFamilies(listing)],
    ...{ uncompiled, invented },
    notAnswered: () =>
      missed.found().map((each) => notComparedDiagnostic(each, [listing], 'no answer')),
  };
}

/** Of a family that nobody listed nothing is said, and that is no answer. */
const lackingFamilies = ({ rules, source }: KubeProxyListing): readonly Diagnostic[] =>
  (['ip', 'ip6'] as const)
    .filter((family) => !rules.some((each) => each.family === family))
    .map((family) => ({
      code: 'NATC4309',
      severity: 'warning',
      message: `of ${family === 'ip' ? 'IPv4' : 'IPv6'} nothing is said: ${source.name} has no rules of kube-proxy for it`,
      places: [],
      hint:
        family === 'ip6'
          ? 'append what ip6tables-save, or nft list table ip6 kube-proxy, prints'
          : 'append what iptables-save, or nft list table ip kube-proxy, prints',
    }));

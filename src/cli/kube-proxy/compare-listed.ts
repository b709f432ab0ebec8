import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { TrafficDiff } from '../../diff/change.ts';
import { diffListedTraffic, type NotComparedRule } from '../../diff/listed-traffic.ts';
import type { AnswersOf } from '../../diff/planned-side.ts';
import type { Surroundings } from '../../diff/surroundings.ts';
import { shorten } from '../../diff/wording.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import { lineOf } from '../../kube-proxy/parse-listing.ts';
import type { LoadedSide } from '../diff/side.ts';

/**
 * Compares sides of which one at least is a kube-proxy's, and says what could not be compared.
 *
 * @param answersOf whose rules of natc's are asked instead of those of nftables
 */
export function compareListed(
  before: LoadedSide,
  after: LoadedSide,
  answersOf: AnswersOf | undefined,
  nodeAddresses: ReadonlySet<string>,
  drawn: Pick<Surroundings, 'drawn'> = {},
): { readonly traffic: TrafficDiff; readonly diagnostics: readonly Diagnostic[] } {
  const { diff, familiesLeftOut, notUnderstood } = diffListedTraffic(
    withRules(before, answersOf),
    withRules(after, answersOf),
    nodeAddresses,
    drawn,
  );
  const listed = before.listing === undefined ? after : before;
  return {
    traffic: diff,
    diagnostics: [
      ...familiesLeftOut.map(
        (family): Diagnostic => ({
          code: 'NATC4309',
          severity: 'warning',
          message: `${family} is not compared: ${listed.name} has no rules of kube-proxy for it`,
          places: [],
          hint:
            family === 'IPv6'
              ? 'append what ip6tables-save, or nft list table ip6 kube-proxy, prints'
              : 'append what iptables-save, or nft list table ip kube-proxy, prints',
        }),
      ),
      ...notUnderstood.map((each) =>
        notComparedDiagnostic(
          each,
          [before, after].flatMap(({ listing }) => listing ?? []),
          'not compared',
        ),
      ),
    ],
  };
}

const withRules = (
  { ruleset, listing, plan, nodeName }: LoadedSide,
  answersOf: AnswersOf | undefined,
) => ({
  ruleset,
  ...(nodeName !== undefined && { nodeName }),
  ...(plan && { plan }),
  ...(listing && { listing }),
  ...(plan && answersOf && { answer: answersOf(plan) }),
});

/**
 * What has no answer, since packets meet a rule that is not understood.
 *
 * @param what was not done with it: `not compared`
 */
export function notComparedDiagnostic(
  { met, destinations }: NotComparedRule,
  listings: readonly KubeProxyListing[],
  what: string,
): Diagnostic {
  const labels = destinations.map(({ label }) => label);
  const listing = listings.find(({ notUnderstood }) =>
    notUnderstood.some(({ line, text }) => line === met.line && text === met.text),
  );
  return {
    code: 'NATC4305',
    severity: 'warning',
    message: `${what}, since packets meet line ${met.line}, which is not understood: ${shorten(labels, 6)}`,
    places: listing === undefined ? [] : [lineOf(listing.source, met.line)],
    hint: `natc does not know what this does: ${met.text}${met.why === undefined ? '' : ` (${met.why})`}`,
  };
}

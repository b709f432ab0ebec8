import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import { interpretListing, type ListedTrace, prepareListing } from '../../kube-proxy/simulate.ts';
import { traceSteps } from '../../nftables/simulate/trace.ts';
import type { Branch } from '../../packet/outcome.ts';
import type { Packet } from '../../packet/packet.ts';
import { assembleExplanation } from '../assemble.ts';
import { assumptionsOf } from '../assumptions.ts';
import { contextOf, type ExplainContext, type Subject } from '../context.ts';
import { packetOf } from '../explain.ts';
import type { ExplainedEndpoint, Explanation } from '../explanation.ts';
import { iptablesPath } from '../iptables-path.ts';
import { nftFamilyOf } from '../open-question.ts';
import { type PathEntry, stepLines } from '../path.ts';
import type { Question } from '../question.ts';
import type { BranchReasons } from '../reasons.ts';
import { iptablesReasons } from './iptables-reasons.ts';
import { nftablesReasons } from './nftables-reasons.ts';

/**
 * What kube-proxy's rules do to the first packet of a connection, and why; Services are named as its chains
 * and comments name them.
 *
 * @param subject its ruleset is the outline of the listing, with origins where manifests were given
 * @throws {NotUnderstoodError} where the packet meets a rule that is not understood
 */
export function explainListed(
  subject: Subject,
  listing: KubeProxyListing,
  question: Question,
): Explanation {
  const context = contextOf(subject, nftFamilyOf(question.destination));
  const packet = packetOf(question, context);
  const own = listing.rules.filter(({ family }) => family === context.family);
  const prepared = prepareListing(own);
  const ask = (asked: Packet, host: Subject['host']) => interpretListing(prepared, asked, host);
  const outcome = ask(packet, subject.host);
  const { branches } = outcome;
  const reasons = branches.map(({ trace, masquerade }) => {
    const { masquerade: why, ...rest } = reasonsOf(trace, packet, context);
    return { ...rest, masquerade: masquerade ? why : undefined };
  });
  const isUnmatched =
    reasons.every(({ frontend }) => frontend === undefined) && branches.every(({ dnat }) => !dnat);
  const isRefused = branches.every(({ verdict }) => verdict === 'reject');
  return assembleExplanation({
    ...{ context, packet, question, branches, reasons },
    endpoints: branches.map((branch, index) => endpointOf(branch, reasons[index], context)),
    unmatched: isUnmatched ? (isRefused ? 'no-such-port' : 'passed') : undefined,
    assumptions: [
      ...assumptionsOf(packet, outcome, context, (asked, host) =>
        ask(asked, { ...subject.host, ...host }),
      ),
      ...(branches.some(({ trace }) => mayBeRemembered(trace)) ? [notRemembered] : []),
    ],
    path: pathThrough(branches[0]?.trace, context),
  });
}

/** No listing of iptables has the lists of clients. */
const notRemembered =
  'the client is taken for one that session affinity does not remember, since the kernel keeps those in /proc/net/xt_recent and iptables-save does not list them; a client that is remembered stays with its endpoint';

/** Whether the packet's way looks for its client on a list. */
function mayBeRemembered({ mode, trace }: ListedTrace): boolean {
  if (mode === 'nftables') return false;
  for (let at = trace; at !== undefined; at = at.before)
    if (at.step.kind === 'rule' && at.step.rule.matches.some(({ kind }) => kind === 'recent-set'))
      return true;
  return false;
}

const reasonsOf = (listed: ListedTrace, packet: Packet, context: ExplainContext): BranchReasons =>
  listed.mode === 'nftables'
    ? nftablesReasons(listed.trace, packet, context)
    : iptablesReasons(listed.trace, packet, context);

/** What the outline, and manifests behind it, say of the endpoint that a branch leads to. */
function endpointOf(
  branch: Branch,
  reasons: BranchReasons | undefined,
  { table }: ExplainContext,
): ExplainedEndpoint {
  const element = (table?.collections ?? [])
    .flatMap((each) => (each.kind === 'data-map' ? each.elements : []))
    .find(
      ({ value: [address, port] }) =>
        address === branch.destination && port === branch.destinationPort,
    );
  return {
    branch,
    masqueradeReason: reasons?.masquerade,
    nodeName: branch.dnat ? element?.nodeName : undefined,
    origin: branch.dnat ? element?.origin : undefined,
  };
}

function pathThrough(
  trace: ListedTrace | undefined,
  { family }: ExplainContext,
): readonly PathEntry[] {
  if (trace === undefined) return [];
  return trace.mode === 'nftables'
    ? stepLines(traceSteps(trace.trace), family)
    : iptablesPath(trace.trace);
}

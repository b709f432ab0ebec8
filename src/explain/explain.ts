import { interpret } from '../nftables/simulate/interpret.ts';
import { traceSteps } from '../nftables/simulate/trace.ts';
import type { Branch } from '../packet/outcome.ts';
import { isLocal, type Packet, type PacketProtocol } from '../packet/packet.ts';
import { assumptionsOf, unknownInterface } from './assumptions.ts';
import { contestReasons } from './contests.ts';
import { explainEndpoint } from './endpoint.ts';
import type { ExplainVerdict, Explanation, Reason } from './explanation.ts';
import { nearMisses } from './near-misses.ts';
import { pathOf } from './path.ts';
import { familyOf } from './question.ts';
import { type BranchReasons, reasonsOf } from './reasons.ts';
import { type Scene, type Subject, sceneOf } from './scene.ts';
import { summarise } from './summary.ts';
import { unmatchedAs } from './unmatched.ts';

/** A question with nothing left open. */
export interface Inquiry {
  readonly source: string;
  readonly sourcePort: number | undefined;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: PacketProtocol;
  /** Undefined: not known, unless the source is this node itself. */
  readonly inInterface: string | undefined;
}

/** What happens to the first packet of a connection, and why. Pure. */
export function explain(subject: Subject, inquiry: Inquiry): Explanation {
  const scene = sceneOf(subject, familyOf(inquiry.destination));
  const packet = packetOf(inquiry, scene);
  const outcome = interpret(scene.prepared, packet, subject.host);
  const { branches } = outcome;
  const explained = branches.map((branch) => ({ branch, reasons: reasonsOf(branch, scene) }));
  const reasons = explained.map((each) => each.reasons);
  const frontend = reasons.find((each) => each.frontend !== undefined)?.frontend;
  const verdict = verdictOf(branches);
  const course = commonCourse(reasons);
  const masquerade = sharedMasquerade(reasons);
  const unmatched = branches.map(unmatchedAs).find((each) => each !== undefined);
  return {
    packet,
    sourcePort: inquiry.sourcePort,
    verdict,
    summary: summarise({ verdict, packet, branches, frontend, course, scene }),
    servicePort: frontend?.name,
    reasons: [
      ...course,
      ...(masquerade === undefined ? [] : [masquerade]),
      ...contestReasons(packet, scene),
    ],
    endpoints: explained.map((each) => explainEndpoint(each.branch, each.reasons)),
    nearMisses: unmatched === undefined ? [] : nearMisses(packet, unmatched, scene),
    assumptions: assumptionsOf(packet, outcome, scene),
    notLookedAt: subject.notLookedAt ?? [],
    path: pathOf(traceSteps(branches[0]?.trace), scene.family),
  };
}

/** A packet of this node's own address is made here, unless an interface says where it came in. */
export function packetOf(inquiry: Inquiry, { family, subject }: Scene): Packet {
  const { source, destination, destinationPort, protocol } = inquiry;
  const isMadeHere = inquiry.inInterface === undefined && isLocal(subject.host, source);
  return {
    family,
    source,
    destination,
    protocol,
    destinationPort,
    inInterface: isMadeHere ? '' : (inquiry.inInterface ?? unknownInterface),
    mark: 0,
  };
}

/** What becomes of a packet in one word. */
export function verdictOf(branches: readonly Branch[]): ExplainVerdict {
  const verdicts = new Set(
    branches.map(({ verdict, dnat }): ExplainVerdict => {
      if (verdict === 'accept') return dnat ? 'delivered' : 'passed';
      return verdict === 'reject' ? 'refused' : 'dropped';
    }),
  );
  const [verdict] = verdicts;
  return verdicts.size === 1 && verdict !== undefined ? verdict : 'mixed';
}

/** Sentences of all branches, each once, in the order they come up. */
export function commonCourse(reasons: readonly BranchReasons[]): readonly Reason[] {
  const course = new Map<string, Reason>();
  for (const reason of reasons.flatMap((each) => each.course)) {
    if (!course.has(reason.text)) course.set(reason.text, reason);
  }
  return [...course.values()];
}

/** Why all branches are masqueraded, where it is for the same reason. */
export function sharedMasquerade(reasons: readonly BranchReasons[]): Reason | undefined {
  const [first, ...others] = reasons.map(({ masquerade }) => masquerade);
  if (first === undefined || others.some((other) => other?.text !== first.text)) return undefined;
  return { ...first, text: `masqueraded, because ${first.text}` };
}

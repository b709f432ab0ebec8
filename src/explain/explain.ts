import { interpret } from '../nftables/simulate/interpret.ts';
import { traceSteps } from '../nftables/simulate/trace.ts';
import { isLocal, type Packet } from '../packet/packet.ts';
import { assembleExplanation } from './assemble.ts';
import { assumptionsOf, unknownInterface } from './assumptions.ts';
import { explainEndpoint } from './endpoint.ts';
import type { Explanation } from './explanation.ts';
import type { Inquiry } from './inquiry.ts';
import { stepLines } from './path.ts';
import { nftFamilyOf } from './question.ts';
import { reasonsOf } from './reasons.ts';
import { type Scene, type Subject, sceneOf } from './scene.ts';
import { unmatchedAs } from './unmatched.ts';

/** What happens to the first packet of a connection, and why. Pure. */
export function explain(subject: Subject, inquiry: Inquiry): Explanation {
  const scene = sceneOf(subject, nftFamilyOf(inquiry.destination));
  const packet = packetOf(inquiry, scene);
  const outcome = interpret(scene.prepared, packet, subject.host);
  const { branches } = outcome;
  const explained = branches.map((branch) => ({ branch, reasons: reasonsOf(branch, scene) }));
  return assembleExplanation({
    ...{ scene, packet, inquiry, branches },
    reasons: explained.map((each) => each.reasons),
    endpoints: explained.map((each) => explainEndpoint(each.branch, each.reasons)),
    unmatched: branches.map(unmatchedAs).find((each) => each !== undefined),
    assumptions: assumptionsOf(packet, outcome, scene),
    path: stepLines(traceSteps(branches[0]?.trace), scene.family),
  });
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

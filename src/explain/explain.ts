import { interpret } from '../nftables/simulate/interpret.ts';
import { traceSteps } from '../nftables/simulate/trace.ts';
import { isLocal, type Packet } from '../packet/packet.ts';
import { assembleExplanation } from './assemble.ts';
import { assumptionsOf, unknownInterface } from './assumptions.ts';
import { contextOf, type ExplainContext, type Subject } from './context.ts';
import { explainEndpoint } from './endpoint.ts';
import type { Explanation } from './explanation.ts';
import { nftFamilyOf } from './open-question.ts';
import { stepLines } from './path.ts';
import type { Question } from './question.ts';
import { reasonsOf } from './reasons.ts';
import { unmatchedAs } from './unmatched.ts';

/** What happens to the first packet of a connection, and why. Pure. */
export function explain(subject: Subject, question: Question): Explanation {
  const context = contextOf(subject, nftFamilyOf(question.destination));
  const packet = packetOf(question, context);
  const outcome = interpret(context.prepared, packet, subject.host);
  const { branches } = outcome;
  const explained = branches.map((branch) => ({ branch, reasons: reasonsOf(branch, context) }));
  return assembleExplanation({
    ...{ context, packet, question, branches },
    reasons: explained.map((each) => each.reasons),
    endpoints: explained.map((each) => explainEndpoint(each.branch, each.reasons)),
    unmatched: branches.map(unmatchedAs).find((each) => each !== undefined),
    assumptions: assumptionsOf(packet, outcome, context),
    path: stepLines(traceSteps(branches[0]?.trace), context.family),
  });
}

/** A packet of this node's own address is made here, unless an interface says where it came in. */
export function packetOf(question: Question, { family, subject }: ExplainContext): Packet {
  const { source, destination, destinationPort, protocol } = question;
  const isMadeHere = question.inInterface === undefined && isLocal(subject.host, source);
  return {
    family,
    source,
    destination,
    protocol,
    destinationPort,
    inInterface: isMadeHere ? '' : (question.inInterface ?? unknownInterface),
    mark: 0,
  };
}

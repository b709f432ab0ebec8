import type { Locate } from '../diagnostics/report.ts';
import { answerOf } from '../diff/answer.ts';
import { originJson } from '../explain/origin-json.ts';
import {
  type AssertionVerdict,
  type Breach,
  type BreachWitness,
  judgedNodes,
  witnessText,
} from './breach.ts';
import { breachCodes } from './findings.ts';

/** The document of `natc assert -o json`, `natc.assert/v1`. @param uncompiled Services that the verdicts leave out */
export function formatVerdictsJson(
  verdicts: readonly AssertionVerdict[],
  uncompiled: readonly { readonly service: string; readonly lacks: string }[],
  locate: Locate,
): string {
  const nodes = judgedNodes(verdicts);
  const document = {
    schema: 'natc.assert/v1',
    holds: verdicts.every(({ breaches }) => breaches.length === 0),
    ...(nodes !== undefined && { nodes }),
    assertions: verdicts.map(({ assertion, breaches, remarks }) => {
      const location = locate(assertion.place);
      return {
        name: assertion.name,
        verb: assertion.verb,
        holds: breaches.length === 0,
        file: location?.file ?? null,
        line: location?.line ?? null,
        column: location?.column ?? null,
        code: breaches.length === 0 ? null : breachCodes[assertion.verb],
        breaches: breaches.map((breach) => breachJson(breach, locate)),
        remarks,
      };
    }),
    uncompiled: uncompiled.map(({ service, lacks }) => ({ service, lacks })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

const breachJson = ({ text, service, witness, origin, nodes }: Breach, locate: Locate) => ({
  text,
  ...(nodes !== undefined && { nodes }),
  service: service ?? null,
  witness: witness === undefined ? null : witnessJson(witness),
  origin: originJson(origin, locate),
});

function witnessJson(witness: BreachWitness) {
  const { packet, nodeAddresses, behaviour } = witness;
  const { kind, endpoints, snat } = answerOf(behaviour);
  return {
    text: witnessText(witness),
    packet: {
      source: packet.source,
      destination: packet.destination,
      protocol: packet.protocol,
      destinationPort: packet.protocol === 'icmp' ? null : packet.destinationPort,
      inInterface: packet.inInterface === '' ? null : packet.inInterface,
      mark: packet.mark,
    },
    nodeAddresses: [...nodeAddresses].sort(),
    answer: kind,
    endpoints: endpoints.map(({ endpoint, probability }) => ({ endpoint, probability })),
    snat,
  };
}

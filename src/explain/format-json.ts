import { type Invented, inventedJson, nothingInvented } from '../allocate/invented.ts';
import type { Locate } from '../diagnostics/report.ts';
import { unknownInterface } from './assumptions.ts';
import type { ExplainedEndpoint, Explanation, Reason } from './explanation.ts';
import { originJson } from './origin-json.ts';

/** The version of the document; docs/reference/explain-json.md describes it. */
export const explainSchema = 'natc.explain/v1';

/** The answer for programs: one JSON document. */
export function formatExplanationJson(
  explanation: Explanation,
  locate: Locate,
  invented: Invented = nothingInvented,
): string {
  const { packet, sourcePort, verdict, summary, servicePort } = explanation;
  const isChoice = verdict === 'delivered' || verdict === 'mixed';
  const document = {
    schema: explainSchema,
    packet: {
      family: packet.family === 'ip' ? 'IPv4' : 'IPv6',
      source: packet.source,
      sourcePort: sourcePort ?? null,
      destination: packet.destination,
      destinationPort: packet.protocol === 'icmp' ? null : packet.destinationPort,
      protocol: packet.protocol,
      origin: packet.inInterface === '' ? 'this-node' : 'arriving',
      inInterface: ['', unknownInterface].includes(packet.inInterface) ? null : packet.inInterface,
    },
    verdict,
    summary,
    servicePort: servicePort ?? null,
    reasons: explanation.reasons.map((reason) => reasonJson(reason, locate)),
    endpoints: isChoice
      ? explanation.endpoints.map((endpoint) => endpointJson(endpoint, locate))
      : [],
    nearMisses: explanation.nearMisses.map((miss) => reasonJson(miss, locate)),
    assumptions: explanation.assumptions,
    notLookedAt: explanation.notLookedAt,
    invented: inventedJson(invented),
    path: explanation.path.map((entry) =>
      entry.kind === 'rule'
        ? {
            ...entry,
            stoppedAt: entry.stoppedAt ?? null,
            lookups: entry.lookups.map(({ isNamed: _, ...lookup }) => ({
              ...lookup,
              element: lookup.element ?? null,
              servicePort: lookup.servicePort ?? null,
            })),
          }
        : entry,
    ),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function endpointJson(endpoint: ExplainedEndpoint, locate: Locate) {
  const { branch, masqueradeReason, nodeName, origin } = endpoint;
  return {
    address: branch.destination,
    port: branch.destinationPort,
    probability: branch.probability,
    verdict:
      branch.verdict === 'accept'
        ? 'delivered'
        : branch.verdict === 'reject'
          ? 'refused'
          : 'dropped',
    nodeName: nodeName ?? null,
    deliveredToThisNode: branch.local,
    masquerade: branch.masquerade,
    masqueradeReason: masqueradeReason?.text ?? null,
    origin: originJson(origin, locate),
  };
}

const reasonJson = ({ text, origin }: Reason, locate: Locate) => ({
  text,
  origin: originJson(origin, locate),
});

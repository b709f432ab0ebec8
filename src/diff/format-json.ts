import { type Invented, inventedJson, nothingInvented } from '../allocate/invented.ts';
import type { Locate } from '../diagnostics/report.ts';
import { originJson } from '../explain/origin-json.ts';
import { servicePortText } from '../plan/service-port-name.ts';
import type { Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import type { Change, TrafficDiff } from './change.ts';
import type { Destination } from './destination.ts';
import { countChanges, groupChanges } from './group-changes.ts';
import { notComparedJson } from './not-compared.ts';
import { isSameDiff } from './not-shown.ts';
import { collectRisks, type FoundRisk, riskText } from './risks/collect.ts';
import { riskEntry } from './risks/table.ts';
import { summaryOf } from './summary.ts';
import { sentenceOf, subjectOf } from './wording.ts';

/** The version of the document; docs/reference/diff-json.md describes it. */
export const diffSchema = 'natc.diff/v1';

/** The traffic diff for programs: one JSON document, each change with a witness. */
export function formatTrafficJson(
  diff: TrafficDiff,
  locate: Locate,
  invented: Invented = nothingInvented,
): string {
  const same = isSameDiff(diff);
  const document = {
    schema: diffSchema,
    view: 'traffic',
    same,
    ...trafficJson(diff, locate),
    invented: inventedJson(invented),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** What the document says of the changes. */
export const trafficJson = (diff: TrafficDiff, locate: Locate) => ({
  nodeAddresses: [...diff.nodeAddresses],
  counts: countChanges(diff),
  summary: summaryOf(diff),
  risks: collectRisks(diff).map((risk) => riskJson(risk, locate)),
  ...(diff.notShown && { notShown: diff.notShown }),
  claims: diff.claims.map(({ origin, cause: _, gone: __, ...claim }) => ({
    ...claim,
    origin: originJson(origin, locate),
  })),
  notCompared: notComparedJson(diff.notCompared, locate),
  services: groupChanges(diff).map(({ service, life, changes, remarks }) => ({
    service: service ?? null,
    life,
    remarks: remarks.map(({ text, origin }) => ({ text, origin: originJson(origin, locate) })),
    changes: changes.map((change) => changeJson(change, locate)),
  })),
});

/** One of what is dangerous, as every document has it. */
export const riskJson = (risk: FoundRisk, locate: Locate) => ({
  code: risk.code,
  severity: risk.severity,
  kind: riskEntry(risk.code).kind,
  service: risk.service ?? null,
  destinations: risk.subjects,
  text: riskText(risk),
  origin: originJson(risk.origin, locate),
  cause: risk.cause ?? null,
  accepted: risk.accepted ?? null,
});

function changeJson(change: Change, locate: Locate) {
  const { type, family, clients, before, after, endpoints, risks, witness } = change;
  return {
    type,
    family: family === 'ip' ? 'IPv4' : 'IPv6',
    text: `${subjectOf(change)}: ${sentenceOf(change)}`,
    destinations: change.destinations.map(destinationJson),
    clients: clients.length === 0 ? null : clients,
    before: answerJson(before),
    after: answerJson(after),
    endpoints,
    risks,
    ...(change.known && { known: change.known }),
    origin: originJson(change.origin, locate),
    cause: change.cause ?? null,
    witness: {
      packet: {
        source: witness.packet.source,
        destination: witness.packet.destination,
        protocol: witness.packet.protocol,
        destinationPort: witness.packet.protocol === 'icmp' ? null : witness.packet.destinationPort,
        inInterface: witness.packet.inInterface === '' ? null : witness.packet.inInterface,
        mark: witness.packet.mark,
      },
      nodeAddresses: [...witness.nodeAddresses],
      before: behaviourJson(witness.before),
      after: behaviourJson(witness.after),
    },
  };
}

const destinationJson = ({ kind, address, port, servicePort, label, ...of }: Destination) => ({
  kind,
  servicePort: servicePort === undefined ? null : servicePortText(servicePort),
  address: kind === 'node port' ? null : address,
  protocol: of.protocol,
  protocols: of.protocols,
  port: of.protocol === 'icmp' ? null : port,
  label,
});

const answerJson = ({ kind, endpoints, snat, affinityTimeout }: Answer) => ({
  answer: kind,
  endpoints,
  snat,
  affinityTimeout: affinityTimeout ?? null,
});

const behaviourJson = ({ branches }: Behaviour) =>
  branches.map((branch) => ({
    probability: branch.probability,
    verdict: branch.verdict,
    destination: branch.verdict === 'accept' ? branch.destination : null,
    destinationPort: branch.verdict === 'accept' ? branch.destinationPort : null,
    dnat: branch.isServed,
    masquerade: branch.masquerade,
    mark: branch.mark,
    affinity:
      branch.affinity === undefined
        ? null
        : { timeout: branch.affinity.timeout, clients: branch.affinity.clients },
  }));

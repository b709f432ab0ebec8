/** Holds a ruleset in the kernel against what is expected of flows (semantics.md section 17). */
import { parseAddress } from '../../src/net/address.ts';
import type { Flow } from './behaviour-cases.ts';
import { formatEndpoint, type KernelNode, type Outcome, type SentPacket } from './kernel-node.ts';

/** One flow, judged. Both lists are sorted and in the same words, so that they can be compared. */
export interface JudgedFlow {
  readonly flow: Flow;
  /** Everything that happened to the flow's packets; for a sticky flow what should have happened. */
  readonly observed: readonly string[];
  readonly expected: readonly string[];
}

/**
 * A candidate of n is missed by n x 20 picks with a probability below 1e-8; one of two by 24 picks
 * with 1e-7.
 */
const picksPerCandidate = 20;
const freshPicksPerCandidate = 12;
const stickyConnections = 20;

/**
 * Sends each flow often enough to see all its candidates.
 *
 * @param load brings the node to a freshly loaded ruleset, without any affinity pins
 * @param pins some Service has session affinity: then the ruleset is loaded anew before a source sends
 *   a second packet, save for sticky flows, which are about just that
 */
export async function judgeFlows(
  node: KernelNode,
  load: () => Promise<void>,
  flows: readonly Flow[],
  pins: boolean,
): Promise<readonly JudgedFlow[]> {
  const outcomes = new Map<Flow, Outcome[]>(flows.map((flow) => [flow, []]));
  const send = async (batch: readonly Flow[]) => {
    const results = await node.send(batch.map(packetOf));
    for (const [index, outcome] of results.entries()) outcomes.get(batch[index]!)?.push(outcome);
  };
  const ordinary = flows.filter((flow) => flow.sticky !== true);
  await load();
  if (!pins) {
    await send(ordinary.flatMap((flow) => repeat(flow, candidates(flow) * picksPerCandidate)));
  } else {
    for (const batch of roundsOfDistinctSources(ordinary)) {
      await load();
      await send(batch);
    }
  }
  for (const flow of flows.filter((flow) => flow.sticky === true)) {
    await load();
    await send(repeat(flow, stickyConnections));
  }
  return flows.map((flow) => judge(flow, outcomes.get(flow) ?? []));
}

function judge(flow: Flow, outcomes: readonly Outcome[]): JudgedFlow {
  const observed = [...new Set(outcomes.map(describeOutcome))].sort();
  const expected = expectationsOf(flow);
  const isPinned =
    flow.sticky === true && observed.length === 1 && expected.includes(observed[0] ?? '');
  return { flow, observed, expected: isPinned ? observed : expected };
}

/** `drop`, `reject`, `pass`, or where to, in words that name anything unusual. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'dnat':
      return `${outcome.to}${outcome.masquerade ? ', masqueraded' : ''}${marked(outcome.mark)}`;
    case 'pass':
      return `pass${outcome.masquerade ? ', masqueraded' : ''}${marked(outcome.mark)}`;
    case 'reject':
      return outcome.answer === 'port-unreachable'
        ? 'reject'
        : `reject with ICMP ${outcome.answer.type}/${outcome.answer.code}`;
    case 'drop':
      return 'drop';
  }
}

const marked = (mark: number): string => (mark === 0 ? '' : `, mark 0x${mark.toString(16)} left`);

function expectationsOf({ expect }: Flow): readonly string[] {
  if (typeof expect === 'string') return [expect];
  const hairpin = new Set(expect.hairpin?.map(canonicalEndpoint));
  return expect.dnat
    .map(canonicalEndpoint)
    .map((to) => (expect.masquerade || hairpin.has(to) ? `${to}, masqueraded` : to))
    .sort();
}

function canonicalEndpoint(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|(.+)):(\d+)$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  if (address === undefined) throw new Error(`no endpoint: ${text}`);
  return formatEndpoint(address.text, Number(port));
}

const candidates = ({ expect }: Flow): number =>
  typeof expect === 'string' ? 1 : expect.dnat.length;

const packetOf = ({ from, to, port, protocol, iif }: Flow): SentPacket => ({
  from,
  to,
  port,
  protocol,
  ...(iif === undefined ? {} : { iif }),
});

const repeat = <T>(item: T, times: number): readonly T[] =>
  Array.from({ length: times }, () => item);

/** Batches in which no source occurs twice, with every flow in as many as it needs. */
function roundsOfDistinctSources(flows: readonly Flow[]): readonly (readonly Flow[])[] {
  const queues = new Map<string, Flow[]>();
  for (const flow of flows) {
    const source = parseAddress(flow.from)?.text ?? flow.from;
    const queue = queues.get(source) ?? [];
    queue.push(...repeat(flow, candidates(flow) * freshPicksPerCandidate));
    queues.set(source, queue);
  }
  const length = Math.max(0, ...[...queues.values()].map((queue) => queue.length));
  return Array.from({ length }, (_, round) =>
    [...queues.values()].flatMap((queue) => queue.slice(round, round + 1)),
  );
}

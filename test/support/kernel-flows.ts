/** Holds a ruleset in the kernel against what is expected of flows (fixtures/cases). */
import { parseAddress } from '../../src/net/address.ts';
import type { Flow } from './cases.ts';
import { formatEndpoint, type KernelNode, type Outcome, type SentPacket } from './kernel-node.ts';

/** One flow, judged. Both lists are sorted and in the same words, so that they can be compared. */
export interface JudgedFlow {
  readonly flow: Flow;
  /** Everything that happened to the flow's packets; for a sticky flow what should have happened. */
  readonly observed: readonly string[];
  readonly expected: readonly string[];
}

/** With 20 picks for each of n candidates, one of them is missed with a probability below 1e-8. */
const picksPerCandidate = 20;
const stickyConnections = 20;

/**
 * Sends each flow often enough to see all its candidates. Where session affinity keeps a source to one
 * of them, the ruleset is loaded anew before each further packet.
 *
 * @param load brings the node to a freshly loaded ruleset, without any affinity pins
 */
export async function judgeFlows(
  node: KernelNode,
  load: () => Promise<void>,
  flows: readonly Flow[],
): Promise<readonly JudgedFlow[]> {
  const outcomes = new Map<Flow, Outcome[]>(flows.map((flow) => [flow, []]));
  const send = async (batch: readonly Flow[]) => {
    const results = await node.send(batch.map(packetOf));
    for (const [index, outcome] of results.entries()) outcomes.get(batch[index]!)?.push(outcome);
  };
  const judgeOne = (flow: Flow) => judge(flow, outcomes.get(flow) ?? []);
  const ordinary = flows.filter((flow) => flow.sticky !== true);
  await load();
  await send(ordinary.flatMap((flow) => repeat(flow, candidates(flow) * picksPerCandidate)));
  for (let round = 1; ; round++) {
    const incomplete = ordinary.filter(
      (flow) => round <= candidates(flow) * picksPerCandidate && isIncomplete(judgeOne(flow)),
    );
    if (incomplete.length === 0) break;
    for (const batch of withDistinctSources(incomplete)) {
      await load();
      await send(batch);
    }
  }
  for (const flow of flows.filter((flow) => flow.sticky === true)) {
    await load();
    await send(repeat(flow, stickyConnections));
  }
  return flows.map(judgeOne);
}

/** Nothing unexpected happened, but not all that may happen has. */
const isIncomplete = ({ observed, expected }: JudgedFlow): boolean =>
  observed.length < expected.length && observed.every((one) => expected.includes(one));

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

/** Batches in which no source occurs twice: pins of one flow do not bear on another. */
function withDistinctSources(flows: readonly Flow[]): readonly (readonly Flow[])[] {
  const bySource = new Map<string, Flow[]>();
  for (const flow of flows) {
    const source = parseAddress(flow.from)?.text ?? flow.from;
    bySource.set(source, [...(bySource.get(source) ?? []), flow]);
  }
  const queues = [...bySource.values()];
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, place) =>
    queues.flatMap((queue) => queue.slice(place, place + 1)),
  );
}

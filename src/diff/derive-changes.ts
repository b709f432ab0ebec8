import { objectName } from '../diagnostics/object-name.ts';
import type { Origin } from '../plan/plan.ts';
import { answerOf } from './answer.ts';
import { type Aspect, aspectsOf, type ChangeType } from './aspects.ts';
import type { Change, Risk } from './change.ts';
import type { FindReason } from './change-origin.ts';
import { clientLabels } from './client-labels.ts';
import type { ClientResult, ComparedDestination } from './compared-destination.ts';
import type { Destination } from './destination.ts';

import type { FindKnown } from './known/known-differences.ts';
import type { RiskJudge } from './risks/judge.ts';

/** An aspect of one destination with the clients that see it. */
interface Group {
  readonly aspect: Aspect;
  readonly results: ClientResult[];
}

/** What stands behind a destination and what is risky about a change of it. */
export interface ChangeContext {
  readonly reasonOf: FindReason;
  readonly risksOf: RiskJudge;
  /** Why a difference between natc and a kube-proxy is meant to be; absent where neither is one. */
  readonly knownOf?: FindKnown;
}

/**
 * Turns differences of destinations into changes: what changes in the same way for the same clients at
 * several destinations of a Service is one change, if one field is behind it. Linear in the differences.
 */
export function deriveChanges(
  compared: readonly ComparedDestination[],
  context: ChangeContext,
): readonly Change[] {
  const changes = new Map<string, Change>();
  for (const each of compared) {
    const { destination, mark, results } = each;
    if (mark !== 0) {
      const [change] = markedChanges(destination, mark, results, context.knownOf);
      const key = `mark ${mark} ${change?.known?.id}`;
      const same = changes.get(key);
      if (change !== undefined)
        changes.set(key, same === undefined ? change : joined(same, change));
      continue;
    }
    const service = destination.servicePort?.service;
    for (const { aspect, results: seenBy } of groupByAspect(results)) {
      const [first] = seenBy;
      if (first === undefined) continue;
      const clients = clientLabels(seenBy, results, destination.address);
      const known = context.knownOf?.(aspect, destination, first);
      const reason = context.reasonOf(aspect, destination);
      const key = JSON.stringify([
        known?.id ?? '',
        destination.family,
        service ?? '',
        aspect.type,
        clients,
        mergeable(aspect),
        reason.cause === undefined ? '' : fieldOf(reason.origin),
      ]);
      const same = changes.get(key);
      const risks = context.risksOf(aspect, each, seenBy);
      if (same !== undefined) {
        changes.set(key, {
          ...same,
          destinations: withDestination(same.destinations, destination),
          risks: mergeRisks(same.risks, risks),
        });
        continue;
      }
      const { packet, nodeAddresses, before, after } = first;
      changes.set(key, {
        ...aspect,
        family: destination.family,
        service,
        destinations: [destination],
        clients,
        risks,
        witness: { packet, nodeAddresses, before, after },
        ...reason,
        ...(known && { known }),
      });
    }
  }
  return [...changes.values()].map(withExactRegions);
}

/** An external IP is not open for the sake of a node port that is new as well; two entries of one list are told as one. */
const fieldOf = (origin: Origin | undefined): string =>
  origin === undefined
    ? ''
    : `${objectName(origin.object)} ${origin.path.filter((step) => typeof step === 'string').join('.')}`;

/**
 * Differences for packets that another program marked are one change: they depend on who sets the mark, not on a
 * Service, and without the mark there is none.
 */
function* markedChanges(
  destination: Destination,
  mark: number,
  results: readonly ClientResult[],
  knownOf: FindKnown | undefined,
): Iterable<Change> {
  for (const result of results) {
    if (!result.isDifferent) continue;
    const { packet, nodeAddresses, before, after } = result;
    const type = 'MARKED_PACKETS_CHANGED';
    const known = knownOf?.({ type }, destination, result);
    yield {
      type,
      family: destination.family,
      service: undefined,
      destinations: [destination],
      clients: [`packets that arrive with mark 0x${mark.toString(16)}`],
      before: answerOf(before),
      after: answerOf(after),
      endpoints: [],
      risks: [],
      witness: { packet, nodeAddresses, before, after },
      origin: undefined,
      cause: undefined,
      ...(known && { known }),
    };
  }
}

/** The example is one whose source is rewritten on one side alone, where there is one. */
const joined = (a: Change, b: Change): Change => ({
  ...(a.before.snat === a.after.snat ? b : a),
  destinations: b.destinations.reduce(withDestination, a.destinations),
});

/** Both families say the same of a mark. */
export function mergeMarked(changes: readonly Change[]): readonly Change[] {
  const marked = new Map<string, Change>();
  for (const change of changes) {
    if (change.type !== 'MARKED_PACKETS_CHANGED') continue;
    const key = `${change.clients.join()} ${change.known?.id}`;
    const same = marked.get(key);
    marked.set(key, same === undefined ? change : joined(same, change));
  }
  return marked.size === 0
    ? changes
    : [...changes.filter(({ type }) => type !== 'MARKED_PACKETS_CHANGED'), ...marked.values()];
}

/** What a region is called says all protocols, as long as nothing else is said. */
function withExactRegions(change: Change): Change {
  if (change.destinations.every(({ kind }) => kind !== 'region')) return change;
  return {
    ...change,
    destinations: change.destinations.map((each) =>
      each.kind === 'region' ? { ...each, label: exactRegion(each) } : each,
    ),
  };
}

function exactRegion({ label, portsOf, protocols, isOnePort, port }: Destination): string {
  const wanted = portsOf === undefined ? [...withPorts, 'icmp'] : withPorts;
  const names = protocols.map((each) => each.toUpperCase());
  if (isOnePort)
    return `${names.map((name) => `port ${port}/${name}`).join(', ')} of ${portsOf ?? label}`;
  return wanted.every((each) => protocols.some((protocol) => protocol === each))
    ? label
    : `${label} (${names.join(', ')} only)`;
}

const withPorts = ['tcp', 'udp', 'sctp'] as const;

/** Whatever the sentence about a change tells; where it tells no more, the destinations merge. */
const mergeable = ({ type, before, after, endpoints }: Aspect): unknown => {
  switch (type) {
    case 'SNAT_BEGINS':
    case 'SNAT_ENDS':
    case 'CLIENTS_ADMITTED':
    case 'CLIENTS_EXCLUDED':
      return [];
    default:
      return [before.kind, after.kind, endpoints, before.affinityTimeout, after.affinityTimeout];
  }
};

/** Node ports are tried at several addresses; a reader wants to hear of them once. */
function withDestination(
  destinations: readonly Destination[],
  destination: Destination,
): readonly Destination[] {
  const isSame = (other: Destination): boolean =>
    other.label === destination.label &&
    (!(other.isOnePort && destination.isOnePort) || other.port === destination.port);
  // What is said of all ports says it of each that stood alone so far.
  const [same, ...others] = destinations.filter(isSame);
  if (same === undefined) return [...destinations, destination];
  const all = [same, ...others, destination];
  const protocols = [...new Set(all.flatMap((each) => each.protocols))];
  const isOnePort = all.every((each) => each.isOnePort);
  return destinations
    .filter((each) => !others.includes(each))
    .map((each) => (each === same ? { ...same, protocols, isOnePort } : each));
}

const mergeRisks = (a: readonly Risk[], b: readonly Risk[]): readonly Risk[] => [
  ...a,
  ...b.filter(({ subject, text, severity }) =>
    a.every((risk) => risk.text !== text || risk.subject !== subject || risk.severity !== severity),
  ),
];

function groupByAspect(results: readonly ClientResult[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const result of results) {
    if (!result.isDifferent) continue;
    for (const plain of aspectsOf(result)) {
      const aspect = { ...plain, type: admission(plain, results) };
      const key = JSON.stringify([aspect.type, mergeable(aspect)]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { aspect, results: [result] });
      else group.results.push(result);
    }
  }
  return [...groups.values()];
}

/** Where some clients are served before and after, the others are let in or shut out. */
function admission({ type, before, after }: Aspect, results: readonly ClientResult[]): ChangeType {
  const isGate =
    (type === 'ANSWER_BEGINS' && before.kind === 'dropped') ||
    (type === 'DROP_BEGINS' && before.kind === 'served');
  if (!isGate) return type;
  const others = results.some(
    (result) =>
      answerOf(result.before).kind === 'served' && answerOf(result.after).kind === 'served',
  );
  if (!others) return type;
  return after.kind === 'served' ? 'CLIENTS_ADMITTED' : 'CLIENTS_EXCLUDED';
}

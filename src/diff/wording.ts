import type { Answer, Share } from './answer.ts';
import type { ChangeType, EndpointChange } from './aspects.ts';
import type { Change } from './change.ts';
import type { Destination } from './destination.ts';
import { formatFraction } from './fraction.ts';
import type { KnownDifference } from './known/known-differences.ts';

/** Whether something comes, goes, or becomes another. */
export type Sign = '+' | '-' | '~';

export const signOf = ({ type }: Pick<Change, 'type'>): Sign => signs[type];

const signs: Readonly<Record<ChangeType, Sign>> = {
  ANSWER_BEGINS: '+',
  ANSWER_ENDS: '-',
  REFUSAL_BEGINS: '-',
  DROP_BEGINS: '-',
  PASS_BEGINS: '~',
  CLIENTS_ADMITTED: '+',
  CLIENTS_EXCLUDED: '-',
  ENDPOINTS_CHANGED: '~',
  SNAT_BEGINS: '~',
  SNAT_ENDS: '~',
  AFFINITY_BEGINS: '~',
  AFFINITY_ENDS: '~',
  AFFINITY_TIMEOUT_CHANGED: '~',
  AFFINITY_FORGOTTEN: '~',
  MARK_CHANGED: '~',
  MARKED_PACKETS_CHANGED: '~',
};

const shown = { destinations: 4, endpoints: 4 } as const;

/** `cluster IP 10.96.0.10:80/TCP, node port 30080/TCP`: where the change is. */
export const subjectOf = ({ destinations }: Change): string =>
  shorten(
    destinations.map(({ label }: Destination) => label),
    shown.destinations,
  );

/** What changes there, in one sentence without a full stop. */
export function sentenceOf(change: Change): string {
  const { before, after, clients } = change;
  const forWhom = clients.length === 0 ? '' : ` for ${clients.join(', ')}`;
  switch (change.type) {
    case 'ANSWER_BEGINS':
      return `begins to answer${forWhom}: ${shareList(after.endpoints)}${was(before)}`;
    case 'ANSWER_ENDS':
      return `no longer answers${forWhom}${was(before)}`;
    case 'REFUSAL_BEGINS':
      return `connections are refused${forWhom}${were(before)}`;
    case 'DROP_BEGINS':
      return `connections are dropped${forWhom}${were(before)}`;
    case 'PASS_BEGINS':
      return `connections are passed on untouched${forWhom}${were(before)}`;
    case 'CLIENTS_ADMITTED':
      return `now admits ${clients.join(', ') || 'everyone'}${was(before)}`;
    case 'CLIENTS_EXCLUDED':
      return `now drops ${clients.join(', ') || 'everyone'}`;
    case 'ENDPOINTS_CHANGED':
      return `${endpointSentence(change.endpoints)}${forWhom}`;
    case 'SNAT_BEGINS':
      return `SNAT begins${forWhom}: endpoints see an address of this node`;
    case 'SNAT_ENDS':
      return `SNAT ends${forWhom}: endpoints see the client's address`;
    case 'AFFINITY_BEGINS':
      return `session affinity begins${forWhom}: ${after.affinityTimeout} s`;
    case 'AFFINITY_ENDS':
      return `session affinity ends${forWhom}`;
    case 'AFFINITY_TIMEOUT_CHANGED':
      return `session affinity timeout ${before.affinityTimeout} s -> ${after.affinityTimeout} s${forWhom}`;
    case 'AFFINITY_FORGOTTEN':
      return `session affinity starts anew${forWhom}: clients known so far may change endpoints`;
    case 'MARK_CHANGED':
      return `the packet mark that other rules see differs${forWhom}`;
    case 'MARKED_PACKETS_CHANGED':
      return `only ${clients.join(', ')} are treated differently, for example: ${markedDifference(change)}`;
  }
}

function markedDifference({ before, after }: Change): string {
  // What is not delivered has no source to be rewritten.
  if (before.kind !== after.kind) return `they were ${before.kind}, and are ${after.kind}`;
  if (before.snat !== after.snat)
    return after.snat === 'never' ? 'their SNAT ends' : 'their SNAT begins';
  return 'they leave with another mark';
}

/** `meant to differ (ND3, …): …` */
export const knownLine = ({ id, text }: KnownDifference): string =>
  `meant to differ (${id}, docs/compatibility.md): ${text}`;

const was = (before: Answer, verb: 'was' | 'were' = 'was'): string => {
  switch (before.kind) {
    case 'served':
      return ` (${verb} answered by ${shareList(before.endpoints)})`;
    case 'refused':
      return ` (${verb} refused)`;
    case 'dropped':
      return ` (${verb} dropped)`;
    case 'passed':
      return '';
  }
};

const were = (before: Answer): string => was(before, 'were');

/** `10.1.0.6:8080, 10.1.0.10:8080 (1/2 each)` */
export function shareList(shares: readonly Share[]): string {
  const [first] = shares;
  if (first === undefined) return 'nobody';
  const isEven = shares.every(({ probability }) => probability === first.probability);
  if (!isEven)
    return shorten(
      shares.map(({ endpoint, probability }) => `${endpoint} (${formatFraction(probability)})`),
      shown.endpoints,
    );
  const list = shorten(
    shares.map(({ endpoint }) => endpoint),
    shown.endpoints,
  );
  if (shares.length > 1) return `${list} (${formatFraction(first.probability)} each)`;
  return first.probability === 1 ? list : `${list} (${formatFraction(first.probability)})`;
}

/** `gains A (1/3), loses B (was 1/2), others 1/2 -> 1/3` */
function endpointSentence(changes: readonly EndpointChange[]): string {
  const gained = changes.filter(({ before }) => before === 0);
  const lost = changes.filter(({ after }) => after === 0);
  const kept = changes.filter(({ before, after }) => before !== 0 && after !== 0);
  const parts: string[] = [];
  if (gained.length > 0)
    parts.push(
      `gains ${shareList(gained.map(({ endpoint, after }) => ({ endpoint, probability: after })))}`,
    );
  if (lost.length > 0)
    parts.push(
      `loses ${shareList(lost.map(({ endpoint, before }) => ({ endpoint, probability: before })))}`,
    );
  if (kept.length > 0) parts.push(keptPart(kept, parts.length > 0));
  return parts.join(', ');
}

function keptPart(kept: readonly EndpointChange[], hasOthers: boolean): string {
  const arrow = ({ before, after }: EndpointChange): string =>
    `${formatFraction(before)} -> ${formatFraction(after)}`;
  const [first] = kept;
  const isEven = first !== undefined && kept.every((change) => arrow(change) === arrow(first));
  if (isEven && hasOthers)
    return `${kept.length === 1 ? 'the other' : 'the others'} ${arrow(first)}`;
  return shorten(
    kept.map((change) => `${change.endpoint} ${arrow(change)}`),
    shown.endpoints,
  );
}

export function shorten(list: readonly string[], limit: number): string {
  const rest = list.length - limit;
  return rest > 1 ? `${list.slice(0, limit).join(', ')} and ${rest} more` : list.join(', ');
}

import { answerOf } from '../answer.ts';
import { clientLabels } from '../client-labels.ts';
import type { ClientResult } from '../compared-destination.ts';
import type { Finding, Judged } from './judged.ts';

const wasServed = ({ before }: ClientResult): boolean => answerOf(before).kind === 'served';
const isServed = ({ after }: ClientResult): boolean => answerOf(after).kind === 'served';

/** Clients that were sent to endpoints, and are not any more. */
export function lossRisks({ aspect, destination, seenBy, all }: Judged): readonly Finding[] {
  if (aspect.after.kind === 'served') return [];
  const lost = seenBy.filter(wasServed);
  // Nobody takes the loopback address to go anywhere else.
  const counting = lost.filter(({ client: { kind } }) => kind !== 'loopback');
  if (counting.length === 0) return [];
  const kinds = new Set(counting.map(({ client }) => client.kind));
  // A single address that reaches itself is one of all others' kind.
  const isOfKind = ({ client: { kind } }: ClientResult): boolean =>
    kinds.has(kind) || (kinds.size === 1 && kinds.has('self'));
  const isPartly = all.some((result) => isOfKind(result) && wasServed(result) && isServed(result));
  const clients = clientLabels(lost, all, destination.address);
  if (isPartly) return [{ code: 'NATC6004', text: notAnswered(clients) }];
  const isForAll = !all.some((result) => isServed(result));
  return [
    {
      code: 'NATC6003',
      text: isForAll ? 'nobody answers here any more' : notAnswered(clients),
    },
  ];
}

const notAnswered = (clients: readonly string[]): string =>
  `${clients.join(', ')} ${clients.length === 1 && !/^(clients|pods|all)/.test(clients[0] ?? '') ? 'is' : 'are'} not answered any more`;

import { answerOf } from '../answer.ts';
import { clientLabels } from '../client-labels.ts';
import type { ClientResult } from '../compared-destination.ts';
import type { Finding, Judged } from './judged.ts';

const isOutside = ({ client }: ClientResult): boolean => client.kind === 'outside';

/** Clients outside that are answered, and were not. */
export function exposureRisks({
  aspect,
  destination,
  seenBy,
  all,
  before,
}: Judged): readonly Finding[] {
  if (aspect.type !== 'ANSWER_BEGINS' && aspect.type !== 'CLIENTS_ADMITTED') return [];
  const outside = seenBy.filter(isOutside);
  // A cluster IP is not routed to from outside; every other address of a Service is meant to be.
  if (destination.kind === 'cluster IP' || destination.kind === 'region') return [];
  if (outside.length === 0) return [];
  const wasOpenToSome = all.some(
    (result) => isOutside(result) && answerOf(result.before).kind === 'served',
  );
  const isForRest = outside.some(({ client }) => client.isRest);
  const labels = clientLabels(outside, all, destination.address);
  if (wasOpenToSome)
    return isForRest
      ? [{ code: 'NATC6006', text: 'open to every client now' }]
      : [{ code: 'NATC6007', text: `admits ${labels.join(', ')} now` }];
  const hadRanges = (before?.sources.length ?? 0) > 0;
  if (before !== undefined && !hadRanges)
    return [{ code: 'NATC6020', text: 'answers clients outside again' }];
  const who = isForRest ? '' : ` for ${labels.join(', ')}`;
  return [{ code: 'NATC6005', text: `reachable from outside now${who}` }];
}

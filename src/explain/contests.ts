import { isLocal, type Packet } from '../packet/packet.ts';
import { contestantsText } from '../plan/contest-words.ts';
import type { Contest } from '../plan/plan.ts';
import type { ExplainContext } from './context.ts';
import type { Reason } from './explanation.ts';

/** Who else claims the packet's destination, and why it is not theirs; the field is that claim's. */
export const contestReasons = (
  packet: Packet,
  { plan, subject }: ExplainContext,
): readonly Reason[] => {
  const isAsked = ({ address, port, protocol }: Contest): boolean =>
    port === packet.destinationPort &&
    protocol.toLowerCase() === packet.protocol &&
    (address === undefined
      ? isLocal(subject.host, packet.destination)
      : address === packet.destination);
  return (plan?.contests ?? [])
    .filter(isAsked)
    .map((contest) => ({ text: contestantsText(contest), origin: contest.loser.origin }));
};

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Settings } from '../model/settings.ts';
import type { Contest } from './plan.ts';

/** ND5, ND11: two Services claim one address, port and protocol. */
export function claimedTwice(contest: Contest, validate: Settings['validate']): Diagnostic {
  const { destination, winner, loser, reason } = contest;
  const common = {
    code: 'NATC3001',
    message: `Services ${winner.service} and ${loser.service} both claim ${destination}`,
    places: placesOf(contest, validate === 'warn' ? 'this one has it' : 'claimed here too'),
  } as const;
  const keeps = `${winner.service} keeps it: ${reason}`;
  return validate === 'warn'
    ? { ...common, severity: 'warning', hint: keeps }
    : {
        ...common,
        severity: 'error',
        hint: `give one of them another address or port; with --validate warn ${keeps}`,
      };
}

/** P12: an address of the node and a port of one Service are the node port of another. */
export function nodePortAtAddress(contest: Contest, nodePort: string): Diagnostic {
  const { destination, winner, loser, reason } = contest;
  const [byAddress, byNodePort] =
    winner.kind === 'node port' ? [loser.service, winner.service] : [winner.service, loser.service];
  return {
    code: 'NATC3030',
    severity: 'warning',
    message: `${destination} of Service ${byAddress} is node port ${nodePort} of Service ${byNodePort} on this node`,
    places: placesOf(contest, 'this one has it'),
    hint: `${winner.service} has it: ${reason}`,
  };
}

/** `Service a/evil claims 192.0.2.1:80/TCP as an external IP too; shop/web has it: it is older: …` */
export const contestantsText = ({ destination, winner, loser, reason }: Contest): string =>
  `Service ${loser.service} claims ${destination} as ${withArticle(loser.kind)} too; ${winner.service} has it: ${reason}`;

/** `an external IP` */
export const withArticle = (kind: string): string =>
  `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;

const placesOf = ({ winner, loser }: Contest, note: string): readonly Place[] => [
  { kind: 'field', ...loser.origin },
  { kind: 'field', ...winner.origin, note },
];

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Subject } from '../../explain/context.ts';
import { lineOf } from '../../kube-proxy/parse-listing.ts';
import type { NotUnderstood } from '../../packet/not-understood.ts';

/** Why there is no answer: the packet gets to a rule that nobody knows the effect of. */
export const notAnswered = (
  { text, line, why }: NotUnderstood,
  { listing }: Subject,
): readonly Diagnostic[] => [
  {
    code: 'NATC4305',
    severity: 'error',
    message: `what becomes of the packet is not known: it meets line ${line}, which is not understood: ${text}${why === undefined ? '' : ` (${why})`}`,
    places: listing === undefined || line === 0 ? [] : [lineOf(listing.source, line)],
    hint: 'see what that line does; other packets may well have an answer',
  },
];

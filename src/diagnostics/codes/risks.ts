import type { CodeEntry } from './entry.ts';

/** NATC604x about risks of a diff that are accepted; the risks' own codes are in docs/risks.md. Codes are never reused. */
export const riskCodes = {
  NATC6040: {
    title: 'no such risk to accept',
    explanation:
      'An entry of acceptedRisks in natc.yaml, or a line of the annotation natc.dev/accept-risk, accepts a risk that this diff does not have. Once a change is merged, what accepted its risk is of no use any more, and would accept the next one unseen.',
    remedy: 'Remove it, or name the Service as `Service shop/web`.',
  },
  NATC6041: {
    title: 'a risk accepted without a reason',
    explanation:
      'Whoever reads it next cannot tell why the risk was taken, so it is told and counts as before.',
    remedy: 'Give a reason, after the code in the annotation or as `reason` in natc.yaml.',
  },
  NATC6042: {
    title: 'no code of a risk',
    explanation: 'Only risks of natc diff can be accepted; their codes are in docs/risks.md.',
    remedy: 'Correct the code.',
  },
  NATC6043: {
    title: 'a risk that an annotation cannot accept',
    explanation:
      'What a Service does to others (it takes over a destination, or has an address of a node, another Service, the API server or DNS) its own annotation cannot accept: whoever may change the Service would decide for those it harms.',
    remedy: 'Let whoever keeps natc.yaml accept it there, under acceptedRisks.',
  },
} as const satisfies Record<string, CodeEntry>;

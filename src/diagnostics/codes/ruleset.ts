import type { CodeEntry } from './entry.ts';

/** NATC4xxx: see docs/reference. Codes are never reused. */
export const rulesetCodes = {
  NATC4101: {
    title: 'not a ruleset of natc',
    explanation:
      'The text is no nftables ruleset that natc writes: it is damaged, was edited by hand, or comes from another program. natc reads it strictly, because what it does not understand it cannot explain or compare.',
    remedy: 'Compile the ruleset again, or take out what was added.',
  },
} as const satisfies Record<string, CodeEntry>;

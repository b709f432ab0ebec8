import type { CodeEntry } from './entry.ts';

/** NATC4xxx: see docs/reference. Codes are never reused. */
export const rulesetCodes = {} as const satisfies Record<string, CodeEntry>;

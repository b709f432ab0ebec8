import type { CodeEntry } from './entry.ts';

/** NATC1xxx: see docs/reference. Codes are never reused. */
export const readCodes = {} as const satisfies Record<string, CodeEntry>;

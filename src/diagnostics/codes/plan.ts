import type { CodeEntry } from './entry.ts';

/** NATC3xxx: see docs/reference. Codes are never reused. */
export const planCodes = {} as const satisfies Record<string, CodeEntry>;

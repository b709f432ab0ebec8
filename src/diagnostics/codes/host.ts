import type { CodeEntry } from './entry.ts';

/** NATC5xxx: see docs/reference. Codes are never reused. */
export const hostCodes = {} as const satisfies Record<string, CodeEntry>;

import type { CodeEntry } from './entry.ts';

/** NATC2xxx: see docs/reference. Codes are never reused. */
export const modelCodes = {} as const satisfies Record<string, CodeEntry>;

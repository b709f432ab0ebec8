import type { CodeEntry } from './entry.ts';

/** NATC1xxx: see docs/reference. Codes are never reused. */
export const readCodes = {
  NATC1001: {
    title: 'cannot read input',
    explanation: 'A file or directory given with --filename does not exist or cannot be read.',
    remedy: 'Check the path and its permissions.',
  },
  NATC1010: {
    title: 'YAML syntax error',
    explanation: 'The text is no valid YAML.',
    remedy: 'Correct the text at the place shown.',
  },
} as const satisfies Record<string, CodeEntry>;

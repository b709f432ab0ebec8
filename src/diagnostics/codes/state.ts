import type { CodeEntry } from './entry.ts';

/** NATC5xxx about files of the state directory. */
export const stateCodes = {
  NATC5117: {
    title: 'a state file could not be removed',
    explanation:
      'natc cleanup removes its rules from the kernel, and then all that natc keeps in the state directory. The rules are gone; this file is there still. The next apply does not rely on it: it asks the kernel.',
    remedy:
      'Remove the file by hand, or run natc cleanup again when the file system can be written.',
  },
  NATC5118: {
    title: 'the lock file cannot be used',
    explanation:
      'Two natc processes must not change the ruleset at once, so each locks the file `lock` in the state directory. In its place is something that is no regular file (a directory, a link, a pipe), or a file that another user than root and whom natc runs as owns or may write: who can open it could keep it locked for ever. Nothing was changed.',
    remedy:
      'Look with ls -ld what it is and who made it. Remove it when no natc is running; natc makes it anew, for its owner alone.',
  },
} as const satisfies Record<string, CodeEntry>;

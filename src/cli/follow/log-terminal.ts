import type { Terminal } from '../terminal.ts';
import type { FollowLog } from './log.ts';

/** A terminal on which each line becomes a line of the log. */
export const logTerminal = (terminal: Terminal, log: FollowLog): Terminal => ({
  ...terminal,
  stderr: {
    isTerminal: false,
    columns: undefined,
    write: async (text) => {
      for (const line of text.split('\n')) if (line !== '') log.say('info', withoutName(line));
    },
  },
});

const withoutName = (line: string): string => line.replace(/^natc: /, '');

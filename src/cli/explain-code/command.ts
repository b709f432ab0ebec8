import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const explainCodeCommand: CommandDefinition = {
  description: 'Explain a diagnostic code: what it means and what to do.',
  configure: (command) => {
    command.argument('<code>', 'such as NATC2003');
  },
  examples: [
    { does: 'Why does the kernel refuse a ruleset?', command: 'natc explain-code NATC5003' },
    { does: 'The digits alone will do', command: 'natc explain-code 5001' },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { codes } = await import('../../diagnostics/codes.ts');
    const [asked = ''] = command.args;
    const code = asked.toUpperCase().replace(/^(NATC)?/, 'NATC');
    const entry = Object.entries(codes).find(([name]) => name === code)?.[1];
    if (entry === undefined) {
      await terminal.stderr.write(
        `natc: no such code: ${JSON.stringify(asked)}; codes are NATC1001 and so on\n`,
      );
      return exitCodes.cannotAnswer;
    }
    const { title, explanation, remedy } = entry;
    const paragraphs = [`${code}: ${title}`, explanation, `What to do: ${remedy}`];
    await terminal.stdout.write(`${paragraphs.map((text) => `${wrap(text)}\n`).join('\n')}`);
    return exitCodes.success;
  },
};

/** Breaks a paragraph into lines of at most 80 columns. */
const wrap = (text: string): string => text.replace(/(?=.{81})(.{1,80})\s+/g, '$1\n');

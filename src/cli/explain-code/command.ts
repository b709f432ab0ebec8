import type { RiskEntry } from '../../diff/risks/table.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const explainCodeCommand: CommandDefinition = {
  description: 'Explain the code of a diagnostic or of a risk: what it means and what to do.',
  configure: (command) => {
    command.argument('<code>', 'such as NATC2003');
  },
  examples: [
    { does: 'Why does the kernel refuse a ruleset?', command: 'natc explain-code NATC5003' },
    { does: 'Which changes are a risk of this kind?', command: 'natc explain-code NATC6003' },
    { does: 'The digits alone will do', command: 'natc explain-code 5001' },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { codes } = await import('../../diagnostics/codes.ts');
    const [asked = ''] = command.args;
    const code = asked.toUpperCase().replace(/^(NATC)?/, 'NATC');
    const entry = Object.entries(codes).find(([name]) => name === code)?.[1];
    const { riskTable } = await import('../../diff/risks/table.ts');
    const risk: RiskEntry | undefined = Object.entries(riskTable).find(
      ([name]) => name === code,
    )?.[1];
    if (risk !== undefined) {
      await terminal.stdout.write(riskText(code, risk));
      return exitCodes.success;
    }
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

/** As docs/risks.md has it, with what may be done about it. */
function riskText(
  code: string,
  { title, severity, meaning, given, example, isAboutOthers }: RiskEntry,
): string {
  const where = isAboutOthers
    ? 'in natc.yaml'
    : 'in natc.yaml, or with the annotation natc.dev/accept-risk';
  return [
    `${code}: ${title}`,
    `A risk that natc diff tells of. Severity ${severity}. ${meaning}`,
    `When it is given: ${given}`,
    `For example: ${example}`,
    `What to do: undo the change, or where it is meant, accept the risk with its reason ${where}.`,
  ]
    .map((text) => `${wrap(text.replaceAll('`', ''))}\n`)
    .join('\n');
}

/** Breaks a paragraph into lines of at most 80 columns. */
const wrap = (text: string): string => text.replace(/(?=.{81})(.{1,80})\s+/g, '$1\n');

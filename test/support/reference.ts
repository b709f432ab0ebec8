import type { Command } from 'commander';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { codes } from '../../src/diagnostics/codes.ts';

const generated = '<!-- Made by `npm run docs` from the sources; edit those. -->';

/** docs/reference/commands.md: what `--help` says, and the exit statuses. */
export async function commandsReference(): Promise<string> {
  const program = await buildProgram();
  const commands = program.commands.filter((command) => command.name() !== 'help');
  const contents = commands.map(
    (command) => `- [${command.name()}](#natc-${command.name()}): ${command.summary()}`,
  );
  const statuses = Object.entries(exitCodeMeanings).map(
    ([code, meaning]) => `| ${code} | ${meaning} |`,
  );
  return [
    '# Commands',
    generated,
    contents.join('\n'),
    '## Exit status',
    'The same for every command. Data goes to stdout and everything else to stderr; a reader of stdout that stops reading is no error.',
    [
      '| status | meaning |',
      '|---|---|',
      ...statuses,
      '| 130, 143 | ended by SIGINT, SIGTERM |',
    ].join('\n'),
    ...commands.map(section),
    '',
  ].join('\n\n');
}

function section(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 80,
  });
  command.outputHelp();
  return `## natc ${command.name()}\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
}

const stages: Readonly<Record<string, string>> = {
  1: 'Reading',
  2: 'Objects and options',
  3: 'Service proxying',
  4: 'Rulesets',
  5: 'The host',
  6: 'Comparisons and assertions',
};

/** docs/reference/diagnostics.md: what `natc explain-code` says of every code. */
export function diagnosticsReference(): string {
  const sections = Object.entries(stages).map(([digit, title]) => {
    const entries = Object.entries(codes)
      .filter(([code]) => code.startsWith(`NATC${digit}`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([code, entry]) =>
          `### ${code}: ${entry.title}\n\n${markdown(entry.explanation)}\n\n*What to do:* ${markdown(entry.remedy)}`,
      );
    return [`## ${title}`, ...entries].join('\n\n');
  });
  return [
    '# Diagnostics',
    generated,
    'Codes are never reused. `natc explain-code CODE` prints an entry. Each has an example, with what natc prints about it, in `fixtures/errors/`.',
    ...sections,
    '',
  ].join('\n\n');
}

/** Angle brackets would be HTML. */
const markdown = (text: string): string => text.replace(/</g, '&lt;');

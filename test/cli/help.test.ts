import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { buildProgram, runProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

async function help(command: string, columns: number): Promise<readonly string[]> {
  let text = '';
  const channel = {
    isTerminal: true,
    columns,
    write: async (part: string) => {
      text += part;
    },
  };
  const terminal: Terminal = {
    stdout: channel,
    stderr: channel,
    stdinIsTerminal: true,
    environment: {},
  };
  await runProgram([command, '--help'], terminal);
  return text.split('\n');
}

describe('natc COMMAND --help', () => {
  test.each([44, 60, 70, 100, 140])('uses a terminal of %i columns', async (columns) => {
    for (const { name } of commands) {
      const lines = await help(name, columns);
      // Command lines are there to be copied, and are not broken.
      const examples = lines.indexOf('Examples:');
      const prose = lines.filter(
        (line, index) =>
          index > 0 && (index < examples || /^ {2}[#\d] /.test(line) || /^ {5}\S/.test(line)),
      );
      expect(prose.filter(({ length }) => length > columns)).toEqual([]);
      if (name === 'apply')
        expect(Math.max(...prose.map(({ length }) => length))).toBeGreaterThan(columns - 15);
    }
  });

  test('has an option as it was where there is room, and below its name where there is not', async () => {
    const [wide, narrow] = [await help('list', 80), await help('list', 44)];
    expect(wide.join('\n')).toContain('  -f, --filename <path>                   file, directory');
    expect(narrow.join('\n')).toContain('  -f, --filename <path>\n      file, directory');
  });

  test('names the default of every option that has one', async () => {
    const { commands } = await buildProgram();
    for (const command of commands) {
      const helper = command.createHelp();
      // One that is used when nothing is said; flags without a value are off.
      const silent = helper
        .visibleOptions(command)
        .filter(({ defaultValue }) => defaultValue !== undefined)
        .filter((option) => !/\(default\b/.test(helper.optionDescription(option)))
        .map(({ flags }) => `${command.name()} ${flags}`);
      expect(silent).toEqual([]);
    }
  });
});

import { describe, expect, test } from 'vitest';
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
  test.each([70, 100, 140])('uses a terminal of %i columns', async (columns) => {
    const lines = await help('apply', columns);
    const options = lines.slice(0, lines.indexOf('Examples:'));
    const longest = Math.max(...options.map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(columns);
    expect(longest).toBeGreaterThan(columns - 15);
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

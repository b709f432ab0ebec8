import type { ExitCode } from '../../src/cli/exit-codes.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { Channel, Terminal } from '../../src/cli/terminal.ts';

export interface InProcessRun {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs natc's command line within the test, with streams that are no terminals. */
export async function natcInProcess(
  args: readonly string[],
  environment: Terminal['environment'] = {},
): Promise<InProcessRun> {
  const written = { stdout: '', stderr: '' };
  const channel = (name: keyof typeof written): Channel => ({
    isTerminal: false,
    columns: undefined,
    write: async (text) => {
      written[name] += text;
    },
  });
  const terminal: Terminal = {
    stdout: channel('stdout'),
    stderr: channel('stderr'),
    stdinIsTerminal: true,
    environment,
  };
  const exitCode = await runProgram(args, terminal);
  return { exitCode, ...written };
}

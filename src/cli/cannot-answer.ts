import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/**
 * Says why a command line cannot be followed, and where its options are told.
 *
 * @param command as in `natc COMMAND`
 */
export async function cannotAnswer(
  command: string,
  problem: string,
  { stderr }: Terminal,
): Promise<ExitCode> {
  await stderr.write(`natc: ${problem}\nSee 'natc ${command} --help'.\n`);
  return exitCodes.cannotAnswer;
}

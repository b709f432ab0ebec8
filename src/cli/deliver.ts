import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { MessageFlags } from './messages/message-flags.ts';
import { printDiagnostics } from './messages/messages.ts';
import { forFile } from './messages/safe-terminal.ts';
import type { Terminal } from './terminal.ts';

/** Writes a command's data to stdout, or whole or not at all to the file that the user named. */
export async function deliver(
  text: string,
  file: string | undefined,
  flags: MessageFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (file === undefined) {
    await terminal.stdout.write(text);
    return exitCodes.success;
  }
  const { writeFileAtomically } = await import('../host/machine/atomic-file.ts');
  try {
    await writeFileAtomically(file, forFile(text));
    return exitCodes.success;
  } catch (error) {
    const { systemErrorText } = await import('../host/machine/system-error.ts');
    const diagnostic = {
      code: 'NATC5008',
      severity: 'error',
      message: `cannot write ${file}: ${systemErrorText(error)}`,
      places: [{ kind: 'option', option: '--out-file', value: file }],
      hint: 'check that the directory exists, can be written and has room',
    } as const;
    await printDiagnostics([diagnostic], flags, terminal);
    return exitCodes.hostRefused;
  }
}

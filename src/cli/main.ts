/** The edge of the process: arguments in, exit status out. */
import { exitCodes, signalExitCodes } from './exit-codes.ts';
import { safeTerminal } from './messages/safe-terminal.ts';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

for (const [signal, code] of Object.entries(signalExitCodes)) {
  process.once(signal, () => process.exit(code));
}

// No top-level await: in the executable this is no ES module.
void main();

async function main(): Promise<void> {
  const terminal = processTerminal();
  try {
    process.exitCode = await runProgram(process.argv.slice(2), terminal);
  } catch (error) {
    process.exitCode = exitCodes.cannotAnswer;
    await safeTerminal(terminal)
      .stderr.write(describeFailure(error))
      .catch(() => {});
  }
}

function describeFailure(error: unknown): string {
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  if (code === 'ENOSPC' || code === 'EIO') return `natc: cannot write the output: ${message}\n`;
  const details = process.env['NATC_DEBUG'] ? `${stack}\n` : '';
  return (
    `natc: internal error: ${message ?? String(error)}\n${details}` +
    'This is a bug in natc. Please report it with the command and, if you can, its input;\n' +
    'NATC_DEBUG=1 in the environment adds the stack trace.\n'
  );
}

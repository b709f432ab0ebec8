import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Late, LateWrite } from './message-flags.ts';
import { diagnosticsFormat, printDiagnostics } from './messages.ts';

export function makeLateWrite(): LateWrite {
  let waiting: Late | undefined;
  let isFailed = false;
  return {
    add: (late) => {
      waiting = late;
    },
    hear: (diagnostics) => {
      // That the answer is not about every Service takes nothing from what was made up for them.
      isFailed ||= hasErrors(diagnostics.filter(({ code }) => code !== 'NATC3045'));
    },
    finish: async (exitCode, flags, terminal) => {
      if (waiting === undefined) return exitCode;
      const hasAnswer = exitCode === exitCodes.success || exitCode === exitCodes.no;
      if (isFailed || !hasAnswer) {
        if (diagnosticsFormat(flags, terminal) === 'text' && flags.quiet !== true)
          await terminal.stderr.write(
            `natc: ${waiting.file} is not written, since the run failed\n`,
          );
        return exitCode;
      }
      const problems = await waiting.write();
      if (problems.length === 0) return exitCode;
      await printDiagnostics(problems, flags, terminal);
      return exitCodes.hostRefused;
    },
  };
}

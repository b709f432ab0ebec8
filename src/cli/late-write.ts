import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { diagnosticsFormat, printDiagnostics } from './messages.ts';
import type { MessageFlags } from './shared-options.ts';
import type { Terminal } from './terminal.ts';

/** A file that is written beside the answer of a command. */
interface Late {
  readonly file: string;
  /** Says why it could not be written. */
  readonly write: () => Promise<readonly Diagnostic[]>;
}

/** What waits for the end of a run: whoever takes the file for what was answered must not get it of a run that failed. */
export interface LateWrite {
  /** Puts a file in the place of the one before. */
  readonly add: (late: Late) => void;
  /** Takes note of what the run has to say. */
  readonly hear: (diagnostics: readonly Diagnostic[]) => void;
  /**
   * Writes the file, if the run had an answer and nothing that it said was an error; else says that it is not written.
   *
   * @returns the exit status: the one that is given, unless the file cannot be written
   */
  readonly finish: (
    exitCode: ExitCode,
    flags: MessageFlags,
    terminal: Terminal,
  ) => Promise<ExitCode>;
}

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

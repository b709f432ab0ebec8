import { printable } from '../../diagnostics/printable.ts';
import { loadWarnings, storeAttempt, storeWarnings } from '../../host/state/attempt-store.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { secondsNow } from '../host-options.ts';
import { inputPaths } from '../input/compile-input.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import type { News } from '../messages/message-flags.ts';
import { makeNews } from '../messages/news.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';

const longestReason = 500;

/**
 * Runs `natc apply` so that a warning is heard once, and keeps how it ended, whatever came of it. Neither
 * needs the state directory: where it cannot be read, all is news.
 */
export async function attempt(
  given: ApplyFlags,
  terminal: Terminal,
  apply: (paths: readonly string[], flags: ApplyFlags, terminal: Terminal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const paths = inputPaths(given, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  // A dry run says what an apply would, and leaves no trace.
  if (given.dryRun !== undefined) {
    const news = makeNews(undefined, secondsNow());
    return apply(paths, { ...given, news }, terminal);
  }
  const news = makeNews(await loadWarnings(given.stateDir), secondsNow());
  const flags = { ...given, news };
  try {
    const exitCode = await apply(paths, flags, terminal);
    const standing = await news.end(flags, terminal);
    if (standing !== undefined) await storeWarnings(flags.stateDir, standing).catch(() => {});
    await keep(exitCode, reasonOf(exitCode, news), flags);
    return exitCode;
  } catch (error) {
    await keep(exitCodes.cannotAnswer, cut(`internal error: ${String(error)}`), flags);
    throw error;
  }
}

/** A state directory that cannot be written is told by apply itself, where there is something to write. */
const keep = (
  exitCode: ExitCode,
  message: string | undefined,
  { stateDir }: ApplyFlags,
): Promise<void> =>
  storeAttempt(stateDir, { time: secondsNow(), exitCode, message }).catch(() => {});

function reasonOf(exitCode: ExitCode, news: News): string | undefined {
  if (exitCode === exitCodes.success) return undefined;
  if (exitCode === exitCodes.lockTimeout) return 'another natc held the lock';
  const reason = news.reason();
  return reason === undefined ? undefined : cut(`${reason.message} (${reason.code})`);
}

function cut(text: string): string {
  const line = printable(text);
  return line.length > longestReason ? `${line.slice(0, longestReason)}...` : line;
}

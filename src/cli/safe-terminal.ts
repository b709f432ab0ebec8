import { harmless } from '../diagnostics/printable.ts';
import type { Channel, Terminal } from './terminal.ts';

/**
 * The terminal with a guard before it, through which everything goes that natc prints: whatever a manifest, a
 * name of a file, an argument or another program put into a text, no control character but line feed
 * leaves natc, nor any that reorders text. In JSON what is written instead is the escape for the same
 * character.
 */
export function safeTerminal(terminal: Terminal, args: readonly string[]): Terminal {
  const { environment } = terminal;
  const isColorRefused = args.some(
    (arg, index) =>
      arg === '--no-color' ||
      (/^(--color=)?never$/.test(arg) && (arg.includes('=') || args[index - 1] === '--color')),
  );
  const isColorWanted =
    !isColorRefused &&
    (args.some((arg) => arg.startsWith('--color')) || Boolean(environment['FORCE_COLOR']));
  const safe = (channel: Channel): Channel => ({
    isTerminal: channel.isTerminal,
    columns: channel.columns,
    ...(channel.progress && { progress: channel.progress }),
    write: (text) =>
      channel.write(harmless(text, !isColorRefused && (channel.isTerminal || isColorWanted))),
  });
  return { ...terminal, stdout: safe(terminal.stdout), stderr: safe(terminal.stderr) };
}

import { randomBytes } from 'node:crypto';
import { type Palette, paletteOf } from '../../diagnostics/palette.ts';
import { harmless } from '../../diagnostics/printable.ts';
import type { Channel, Terminal } from '../terminal.ts';

/** Of this process alone: no text that natc was given can hold it. */
const mark = `\u001b${randomBytes(12).toString('hex')}`;

/** Colours that pass the guard; those of any other text do not. */
export const guardedPalette: Palette = paletteOf((rendition) => `${mark}${rendition}m`);

/** natc's own workflow commands, of which each line is one: these pass the guard. */
export const workflowCommands = (text: string): string => text.replace(/^::/gm, `${mark}::`);

const ownMarks = new RegExp(`${mark}(?:(\\d+)m|(?=::))`, 'g');
const ownLayout = new RegExp(`\\n|(?<=^|\\n)\\t+|${ownMarks.source}`, 'g');

const unmarked = (found: string, rendition: string | undefined): string =>
  rendition === undefined ? found.replace(mark, '') : `\u001b[${rendition}m`;

/** As a text goes into a file: as harmless as on a terminal, where it may be looked at. */
export const forFile = (text: string): string =>
  harmless(text, ownLayout, ([found, rendition]) => unmarked(found, rendition));

/**
 * A line that a CI system would take as a command: GitHub's, in either way it is written. An IPv6 address
 * at the beginning of a line is none.
 */
const command = /^([ \t]*):(?=:[A-Za-z-]*[g-zG-Z-][A-Za-z-]*(?: [^\n]*)?::)|#(?=#\[)/gm;

const disarmed = (_: string, indent: string | undefined): string =>
  indent === undefined ? '\\u0023' : `${indent}\\u003a`;

/**
 * The terminal with a guard before it, through which everything goes that natc prints: whatever a manifest, a
 * name of a file, an argument or another program put into a text, no control character but line feed
 * leaves natc, nor any that reorders text; and in GitHub Actions no command to the runner. In JSON what
 * is written instead is the escape for the same character.
 */
export function safeTerminal(terminal: Terminal): Terminal {
  const isRunner = terminal.environment['GITHUB_ACTIONS'] === 'true';
  const safe = (channel: Channel): Channel => ({
    isTerminal: channel.isTerminal,
    columns: channel.columns,
    ...(channel.progress && { progress: channel.progress }),
    write: (text) => {
      const calm = isRunner ? text.replace(command, disarmed) : text;
      return channel.write(forFile(calm));
    },
  });
  return { ...terminal, stdout: safe(terminal.stdout), stderr: safe(terminal.stderr) };
}

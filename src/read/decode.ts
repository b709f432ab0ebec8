import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { binaryProblem } from './binary.ts';
import type { Input } from './inputs.ts';
import { spanError } from './span-error.ts';

/** Bytes as text, or why they are none. A byte order mark at the start is dropped. */
export function decode({ name, bytes, textAgain }: Input): Source | Diagnostic {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // A tar archive of text is well-formed UTF-8.
    const binary = bytes.indexOf(0) < 0 ? undefined : binaryProblem(name, bytes, true);
    if (binary !== undefined) return binary;
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    if (textAgain !== undefined) return sourceOnDemand(name, text, textAgain);
    return { name, text, ...(hasMark && { hasMark }) };
  } catch {
    if (isUtf16(bytes)) return utf16(name);
    return binaryProblem(name, bytes, false) ?? invalidUtf8(name, bytes);
  }
}

/** A source whose text goes when nothing uses it, and comes back when something asks for it. */
function sourceOnDemand(name: string, first: string, textAgain: () => string): Source {
  let kept = new WeakRef({ text: first });
  return {
    name,
    get text() {
      const known = kept.deref();
      if (known !== undefined) return known.text;
      const again = { text: textAgain() };
      kept = new WeakRef(again);
      return again.text;
    },
  };
}

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

/** How much of the text before the invalid bytes is kept to show where they are. */
function invalidUtf8(name: string, bytes: Uint8Array): Diagnostic {
  const offset = firstInvalid(bytes);
  const lineEnd = bytes.indexOf(0x0a, offset);
  const shown = bytes.subarray(0, lineEnd < 0 ? Math.min(bytes.length, offset + 80) : lineEnd);
  const source = { name, text: new TextDecoder().decode(shown) };
  const start = new TextDecoder().decode(bytes.subarray(0, offset)).length;
  const byte = `0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0')}`;
  return spanError(
    'NATC1011',
    `the byte ${byte} at offset ${offset} is no valid UTF-8`,
    [{ source, start, end: start + 1 }],
    'save the file as UTF-8',
  );
}

const utf16 = (name: string): Diagnostic => ({
  code: 'NATC1011',
  severity: 'error',
  message: `${name} is UTF-16, not UTF-8`,
  places: [{ kind: 'file', name }],
  hint: 'save it as UTF-8; in PowerShell, `kubectl ... | Out-File -Encoding utf8 FILE`',
});

/** Offset of the first byte that is no part of a well-formed UTF-8 sequence (Unicode, table 3-7). */
function firstInvalid(bytes: Uint8Array): number {
  let pos = 0;
  while (pos < bytes.length) {
    const length = sequenceLength(bytes, pos);
    if (length === 0) return pos;
    pos += length;
  }
  return pos;
}

function sequenceLength(bytes: Uint8Array, pos: number): number {
  const lead = bytes[pos] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[pos + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index++) {
    if (((bytes[pos + index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/**
 * What neither kubectl nor YAML takes: control characters other than tab and line feed, the two
 * non-characters of the basic plane, a carriage return outside of a CRLF, and a byte order mark
 * anywhere but at the beginning: before a `---`, where it stands when files were concatenated, it keeps kubectl from
 * seeing that a document begins. And NEL, U+2028
 * and U+2029: go-yaml ends lines there (YAML 1.1, in quotes too), YAML 1.2 and every editor do not.
 */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)|\ufeff/g;

/** All that may be forbidden: one class, which takes half the time, and finds nothing in most input. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const suspicious = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

const forbiddenNames: ReadonlyMap<number, string> = new Map([
  [0x0d, 'a carriage return without a line feed'],
  [0xfeff, 'a byte order mark (U+FEFF) inside the text'],
]);

/** Where kubectl alone begins a new line. */
const hiddenBreaks: ReadonlyMap<number, string> = new Map([
  [0x85, 'U+0085 (next line)'],
  [0x2028, 'U+2028 (line separator)'],
  [0x2029, 'U+2029 (paragraph separator)'],
]);

/**
 * The first character of a text that may not be in a YAML document; undefined when there is none.
 *
 * @param isExempt tells of an offset that it is in JSON, which has rules of its own; asked only where
 *   there is something to exempt
 */
export function controlCharacterError(
  source: Source,
  isExempt: (offset: number) => boolean = () => false,
): Diagnostic | undefined {
  if (!suspicious.test(source.text)) return undefined;
  for (const { index } of source.text.matchAll(forbidden))
    if (!isExempt(index)) return characterError(source, index);
  return undefined;
}

function characterError(source: Source, start: number): Diagnostic {
  const span = { source, start, end: start + 1 };
  const code = source.text.charCodeAt(start);
  const hidden = hiddenBreaks.get(code);
  if (hidden !== undefined) {
    return spanError(
      'NATC1054',
      `a hidden line break: kubectl begins a new line at ${hidden}, and other readers do not`,
      [span],
      'remove it; where the value needs it, write it as an escape in double quotes',
    );
  }
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return spanError(
    'NATC1012',
    forbiddenNames.get(code) ?? `the control character ${name} is not allowed`,
    [span],
    code === 0 ? 'is this a text file?' : 'remove it, or write it as an escape in double quotes',
  );
}

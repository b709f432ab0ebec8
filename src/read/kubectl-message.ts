import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { readJsonStream } from './json.ts';
import { quoteText, spanError } from './span-error.ts';

/*
 * `kubectl get -o json > cluster.json 2>&1` writes what kubectl has to say among what it prints. In JSON that
 * is an error of syntax; in YAML it may be a key beside others.
 */

/** How lines begin that kubectl writes to stderr; those of its log have level, month, day and time. */
const messageLine =
  /(?<![^\n])(?:Warning: |[Ee]rror: |Error from server|Unable to connect to the server|The connection to the server |No resources found|Flag --[\w-]+ has been deprecated|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ )[^\n]*/g;

/** Keys that such a line becomes where it is read as YAML. */
const messageKey =
  /^(?:Warning|[Ee]rror|Error from server(?: \(\w+\))?|Unable to connect to the server)$/;

const aMessage = 'a message of kubectl among what it printed';
const hint = 'keep the two apart: leave out 2>&1, and look whether the command succeeded';

/** An error for a text that is no YAML or JSON because of lines that are no part of it; undefined for others. */
export function mergedMessage(source: Source): Diagnostic | undefined {
  const [first] = source.text.matchAll(messageLine);
  if (first === undefined) return linesBeforeJson(source);
  return atLine(source, first.index, aMessage);
}

/** The same for a document that was read, in which the message has become a key. */
export function messageAmongKeys(
  source: Source,
  value: Readonly<Record<string, unknown>>,
  start: number,
): Diagnostic | undefined {
  const key = Object.keys(value).find((each) => messageKey.test(each));
  if (key === undefined) return undefined;
  messageLine.lastIndex = start;
  const found = messageLine.exec(source.text);
  messageLine.lastIndex = 0;
  if (found === null) return undefined;
  const error = atLine(source, found.index, aMessage);
  // After a warning kubectl prints all that there is.
  return key === 'Warning' ? { ...error, severity: 'warning' } : error;
}

/** What another program said before the JSON begins. */
function linesBeforeJson(source: Source): Diagnostic | undefined {
  const { text } = source;
  const start = /(?<![^\n])[{[]\s*["{}\]]/.exec(text)?.index ?? 0;
  const before = text.slice(0, start);
  if (before.trim() === '' || /(?<![^\n])(?:---|#)|: *(?:\n|$)/.test(before)) return undefined;
  if (readJsonStream(source, start, text.length).failedAt !== undefined) return undefined;
  return atLine(source, before.search(/\S/), 'text before the JSON');
}

function atLine(source: Source, start: number, what: string): Diagnostic {
  const lineFeed = source.text.indexOf('\n', start);
  const line = source.text.slice(start, lineFeed < 0 ? undefined : lineFeed);
  const span = { source, start, end: start + line.trimEnd().length };
  return spanError('NATC1062', `${what}: \`${quoteText(line)}\``, [span], hint);
}

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Extent, Source } from '../diagnostics/source.ts';
import { readBlockDocument } from './block-yaml.ts';
import { doubtAboutEnd } from './cut-off.ts';
import { controlCharacterError } from './decode.ts';
import type { Document } from './document.ts';
import { documentDoubt, isTakenForYaml, severalInYaml } from './document-doubts.ts';
import { type FullYaml, longestFullYaml, readFullYaml } from './full-yaml.ts';
import { jsonError, readJsonStream } from './json.ts';
import { skipSpace } from './json-scan.ts';
import { mergedMessage } from './kubectl-message.ts';
import { spanError } from './span-error.ts';
import { type Stretch, splitDocuments } from './split-documents.ts';

/**
 * Stands for a document or item in which an error was reported: what it seems to hold or to lack may
 * not be what its author wrote, so nothing more is said about it.
 */
export const flawed: unique symbol = Symbol('flawed');

export interface Documents {
  readonly documents: readonly Document[];
  readonly problems: readonly Diagnostic[];
  /** Those of the problems that concern one item of a List, which is {@link flawed}. */
  readonly ofItems: readonly Diagnostic[];
  /** A warning where the text may lack its end. */
  readonly cutOff?: Diagnostic | undefined;
}

/**
 * Reads the documents of one text: JSON, a stream of JSON values, or YAML documents, among them JSON
 * and KYAML. Documents with nothing but comments are left out. JSON is tried first, then the block
 * reader, then the full YAML reader, which is the only one that is slow.
 */
export function readDocuments(source: Source): Documents {
  const { text } = source;
  const isJsonLike = beginsFlow(text, skipSpace(text, 0));
  if (isJsonLike) {
    const { documents, failedAt } = readJsonStream(source, 0, text.length);
    if (failedAt === undefined) return readValues(source, documents, isTakenForYaml(source));
  }
  const control = controlCharacterError(source, inJsonDocuments(source));
  if (control !== undefined) return failed([control]);
  const documents: Document[] = [];
  const problems: Diagnostic[] = [];
  const ofItems: Diagnostic[] = [];
  let last: Stretch | undefined;
  for (const stretch of splitDocuments(text)) {
    const { start, content, end } = stretch;
    last = stretch;
    const doubt = documentDoubt(source, stretch);
    if (doubt !== undefined) {
      problems.push(doubt);
      continue;
    }
    const read = beginsFlow(text, content)
      ? readFlow(source, start, content, end)
      : readBlock(source, start, end);
    for (const document of read.documents) documents.push(document);
    for (const problem of read.problems) problems.push(problem);
    for (const problem of read.ofItems) ofItems.push(problem);
  }
  const merged =
    problems.some(isOfSyntax) || documents.some(isText) ? mergedMessage(source) : undefined;
  if (merged !== undefined) return failed([merged]);
  // What lacks its end for certain is told as such.
  const cutOff = problems.some(({ code }) => code === 'NATC1023')
    ? undefined
    : doubtAboutEnd(source, last);
  return { documents, problems, ofItems, cutOff };
}

/** As YAML, lines that hold no colon are one text. */
const isText = ({ value }: Document): boolean => typeof value === 'string';

const isOfSyntax = ({ code }: Diagnostic): boolean =>
  ['NATC1010', 'NATC1013', 'NATC1014', 'NATC1022', 'NATC1023'].includes(code);

const failed = (problems: readonly Diagnostic[]): Documents => ({
  documents: [],
  problems,
  ofItems: [],
});

function readValues(source: Source, documents: readonly Document[], isYaml: boolean): Documents {
  const starts = documents.map(({ extent }) => extent.start);
  const doubt = isYaml ? severalInYaml(source, starts) : undefined;
  return doubt === undefined ? { documents, problems: [], ofItems: [] } : failed([doubt]);
}

/** What may stand before a document that kubectl takes for JSON: a comment makes it YAML. */
const beforeJson = /^(?:---)?[ \t\r\n]*$/;

/** Tells of an offset whether it is inside a document that is JSON as a whole. */
function inJsonDocuments(source: Source): (offset: number) => boolean {
  const { text } = source;
  let json: readonly { readonly content: number; readonly end: number }[] | undefined;
  return (offset) => {
    json ??= [...splitDocuments(text)].filter(
      ({ start, content, end }) =>
        beginsFlow(text, content) &&
        beforeJson.test(text.slice(start, content)) &&
        readJsonStream(source, content, end).failedAt === undefined,
    );
    return json.some(({ content, end }) => content <= offset && offset < end);
  };
}

const beginsFlow = (text: string, pos: number): boolean =>
  text.charAt(pos) === '{' || text.charAt(pos) === '[';

function readBlock(source: Source, start: number, end: number): Documents {
  const problems: Diagnostic[] = [];
  const refused: Diagnostic[] = [];
  const result = readBlockDocument(source.text, start, end, (itemStart, itemEnd, column) => {
    if (itemEnd - itemStart > longestFullYaml) return undefined;
    const item = readFullYaml(source, itemStart, itemEnd, column);
    // The anchor of an alias may be in another item, which only the whole document shows.
    const isAlone = !item.problems.some(({ code }) => code === 'NATC1018');
    // A bare scalar's indentation counts from what it is in, which the slice does not show.
    const isRead =
      isAlone && ((typeof item.value === 'object' && item.value !== null) || isTooDeep(item));
    (isRead ? problems : refused).push(...item.problems);
    if (!isRead) return undefined;
    return item.problems.length > 0 ? flawed : item.value;
  });
  switch (result.kind) {
    case 'empty':
      return failed([]);
    case 'document': {
      const extent: Extent = { format: 'yaml', start, end, path: [] };
      const { value, items } = result;
      return { documents: [{ value, extent, items }], problems, ofItems: problems };
    }
    case 'outside':
      if (refused.length > 0 && end - start > longestFullYaml) {
        return failed([...problems, ...refused]);
      }
      return readFull(source, start, end, result.reason, result.offset);
  }
}

function readFull(
  source: Source,
  start: number,
  end: number,
  reason: string,
  offset: number,
): Documents {
  if (end - start > longestFullYaml) {
    const message = `a document above 16 MiB must be JSON or plain block YAML, but here is ${reason}`;
    const span = { source, start: offset, end: offset + 1 };
    const hint = 'write the document in plain block style or as JSON, or split it';
    return failed([spanError('NATC1021', message, [span], hint)]);
  }
  const { value, problems } = readFullYaml(source, start, end, 0);
  if (problems.length > 0 || value === null) return failed(problems);
  const extent: Extent = { format: 'yaml', start, end, path: [] };
  return { documents: [{ value, extent, items: [] }], problems, ofItems: [] };
}

/** Nothing is wrong with it as YAML, and its indentation says where it ends. */
const isTooDeep = ({ problems }: FullYaml): boolean =>
  problems.length > 0 && problems.every(({ code }) => code === 'NATC1020');

/** Begins as JSON does, and not as YAML in flow style with its unquoted keys. */
const jsonStart = /[[{]\s*["{}[\]]/y;

function readFlow(source: Source, start: number, content: number, end: number): Documents {
  const { text } = source;
  const { documents, failedAt } = readJsonStream(source, content, end);
  if (failedAt === undefined) return readValues(source, documents, true);
  jsonStart.lastIndex = failedAt;
  if (documents.length > 0 || jsonStart.test(text)) {
    return { documents, problems: [jsonError(source, failedAt, end)], ofItems: [] };
  }
  return readBlock(source, start, end);
}

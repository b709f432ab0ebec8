/** Rules that say what is ignored, from natc.yaml and from annotations. */
import { codes, type DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import {
  type IgnoreRule,
  ignoreAnnotation,
  ignoreAnnotationOf,
  ownName,
} from '../diagnostics/ignore.ts';
import type { Place } from '../diagnostics/place.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { at, atKey, type Fields, rawField, refuseMissing, rootFields } from './fields.ts';
import { createReport, type Problem, type Report } from './report.ts';
import { mappingList, stringField } from './typed-fields.ts';

/** Reads `ignore` of natc.yaml: code, object and reason of each entry. */
export const readIgnoreList = (root: Fields): readonly IgnoreRule[] =>
  mappingList(root, 'ignore', readEntry);

const entryKeys: readonly string[] = ['code', 'object', 'reason'];

function readEntry(entry: Fields): IgnoreRule | undefined {
  const { report } = entry;
  for (const key of Object.keys(entry.record).filter((each) => !entryKeys.includes(each))) {
    const meant = didYouMean(key, entryKeys);
    report.fail(atKey(entry, key), {
      code: 'NATC2096',
      message: `unknown key ${quote(key)} of ignore`,
      hint: meant === undefined ? `it has ${entryKeys.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  const text = stringField(entry, 'code');
  const object = stringField(entry, 'object');
  const reason = stringField(entry, 'reason');
  if (text === undefined) {
    if (rawField(entry, 'code') === undefined) refuseMissing(entry, 'code');
    return undefined;
  }
  if (!isCode(text)) {
    report.fail(at(entry, 'code'), unknownCode(text));
    return undefined;
  }
  if (object !== undefined && !failObject(entry, object)) return undefined;
  if (rawField(entry, 'reason') === undefined || reason?.trim() === '')
    warnReason(report, text, at(entry));
  return {
    ...{ code: text, object, reason: reason?.trim() || undefined },
    ...{ from: 'natc.yaml', place: at(entry, 'code') },
  };
}

const kinds: readonly string[] = ['Service', 'EndpointSlice', 'Endpoints', 'Node'];

/** @returns whether it can be the name of an object */
function failObject(entry: Fields, object: string): boolean {
  const [kind = '', name = '', ...more] = object.split(' ');
  const isKind = kinds.includes(kind) || kind.includes('*');
  const isName = (name !== '' || kind === '*') && more.length === 0;
  if (isKind && isName) return true;
  const meant = isKind ? undefined : didYouMean(kind, kinds);
  entry.report.fail(at(entry, 'object'), {
    code: 'NATC2063',
    message: `object must be KIND NAMESPACE/NAME, such as "Service shop/web", got ${quote(object)}`,
    hint:
      meant === undefined
        ? 'write it as messages have it after "object:"; * stands for any text'
        : `did you mean ${meant}?`,
  });
  return false;
}

/**
 * What the annotations `natc.dev/ignore` of some objects say: a code and a reason on each line.
 *
 * @returns warnings of lines that say nothing, or no reason
 */
export function annotatedRules(objects: readonly SourceObject[]): {
  readonly rules: readonly IgnoreRule[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = createReport('strict');
  const rules = objects.flatMap((object) => {
    const text = ignoreAnnotationOf(object);
    if (text === undefined) return [];
    const place = atKey(rootFields(object, report), 'metadata', 'annotations', ignoreAnnotation);
    const lines = text.split('\n').map((line) => line.trim());
    return lines
      .filter((line) => line !== '')
      .flatMap((line) => readLine(line, ownName(object), place, report) ?? []);
  });
  return { rules, diagnostics: report.diagnostics };
}

function readLine(
  line: string,
  object: string,
  place: Extract<Place, { kind: 'field' }>,
  report: Report,
): IgnoreRule | undefined {
  const [code = ''] = line.split(/\s/, 1);
  if (!isCode(code)) {
    report.warn(place, unknownCode(code));
    return undefined;
  }
  if (line.length === code.length) warnReason(report, code, place);
  const reason = line.slice(code.length).trim() || undefined;
  return { code, object, reason, from: 'annotation', place };
}

const isCode = (text: string): text is DiagnosticCode => Object.hasOwn(codes, text);

function unknownCode(text: string): Problem {
  const meant = /^NATC\d+\W/.test(text) ? undefined : didYouMean(text, Object.keys(codes));
  return {
    code: 'NATC2063',
    message: `${quote(text)} is no diagnostic code, so nothing is ignored`,
    hint:
      meant === undefined
        ? 'a code and its reason a line, such as "NATC3012 comes with the next release"'
        : `did you mean ${meant}?`,
  };
}

const warnReason = (report: Report, code: DiagnosticCode, place: Place): void =>
  report.warn(place, {
    code: 'NATC2061',
    message: `${code} is ignored without a reason`,
    hint: 'say why, for whoever reads it next',
  });

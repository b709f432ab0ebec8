import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import { at, atKey, childFields, type Fields, rawField } from './fields.ts';
import { annotationKeyRule, labelValueRule, type NameRule, qualifiedNameRule } from './names.ts';
import { stringMap } from './typed-fields.ts';

/** Bytes of all keys and values of an object's annotations together. */
const annotationsLimit = 256 * 1024;

/**
 * Refuses keys and values that no label can have, in a mapping of labels: `metadata.labels`, or a selector,
 * which is compared with labels.
 *
 * @param what the mapping holds, as messages call one of its entries
 */
export function checkLabels(fields: Fields, key: string, what: 'label' | 'selector'): void {
  if (areLabels(rawField(fields, key))) return;
  const entries = stringMap(fields, key);
  checkKeys(fields, key, entries, what, qualifiedNameRule);
  for (const [name, value] of entries) {
    if (labelValueRule.matches(value)) continue;
    fields.report.refuse(at(fields, key, name), {
      code: 'NATC2111',
      message: `the value of ${what} ${quote(name)} must be ${labelValueRule.expected}, got ${quote(value)}`,
      ...(what === 'label' ? { hint: 'what is no name belongs into an annotation' } : {}),
    });
  }
}

/** Whether there is nothing to refuse: so with nearly all of ten thousands of objects. */
function areLabels(value: unknown): boolean {
  if (!isMapping(value)) return value === undefined;
  for (const name in value) {
    const text = value[name];
    if (
      typeof text !== 'string' ||
      !labelValueRule.matches(text) ||
      !qualifiedNameRule.matches(name)
    )
      return false;
  }
  return true;
}

/** Refuses annotations with other keys than the API server takes, or too much text. */
export function checkAnnotations(metadata: Fields): void {
  if (rawField(metadata, 'annotations') === undefined) return;
  const entries = stringMap(metadata, 'annotations');
  checkKeys(metadata, 'annotations', entries, 'annotation', annotationKeyRule);
  const size = entries.reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
  if (size <= annotationsLimit) return;
  metadata.report.refuse(at(metadata, 'annotations'), {
    code: 'NATC2112',
    message: `annotations must have at most ${annotationsLimit} bytes in all, got ${size}`,
    hint: 'keep large data elsewhere',
  });
}

function checkKeys(
  fields: Fields,
  key: string,
  entries: readonly (readonly [string, string])[],
  what: string,
  rule: NameRule,
): void {
  for (const [name] of entries) {
    if (rule.matches(name)) continue;
    fields.report.refuse(atKey(fields, key, name), {
      code: 'NATC2111',
      message: `the key of ${what} ${quote(name)} must be ${rule.expected}`,
    });
  }
}

/** Length in UTF-8, which is what the API server counts. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** The mapping under a key; undefined when it is absent or none. Reports nothing. */
export function rawMapping(fields: Fields, key: string): Fields | undefined {
  const value = rawField(fields, key);
  return isMapping(value) ? childFields(fields, value, key) : undefined;
}

/**
 * A label or annotation as text; '' when it has no value or one that is no text, undefined when it is absent.
 * Reports nothing.
 */
export function labelValue(labels: Fields | undefined, key: string): string | undefined {
  if (labels === undefined || !Object.hasOwn(labels.record, key)) return undefined;
  const value = rawField(labels, key);
  return typeof value === 'string' ? value : '';
}

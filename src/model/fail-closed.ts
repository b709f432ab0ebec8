import type { FieldPath } from '../diagnostics/source.ts';
import { at, type Fields, rawField } from './fields.ts';

/**
 * Never wider than written (ND10): where `--validate warn` leaves out what cannot be read, and the rest
 * would let in more than the whole, the reading that admits least is taken. What that is for each field
 * is in docs/security.md.
 */

/** Whether a field is given, but with nothing that could be read. The empty string is no value (D1). */
export const isUnreadable = (fields: Fields, key: string, value: unknown): boolean => {
  if (value !== undefined) return false;
  const raw = rawField(fields, key);
  return raw !== undefined && raw !== '';
};

/** Says what is taken instead. With `--validate strict` nothing is. */
export function sayClosed(fields: Fields, keys: FieldPath, message: string): void {
  if (!fields.report.isLenient) return;
  fields.report.warn(at(fields, ...keys), {
    code: 'NATC2100',
    message,
    hint: 'correct the field; until then less is let through than was probably meant',
  });
}

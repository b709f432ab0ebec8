import { quote } from '../diagnostics/quote.ts';
import { at, type Fields, rawField } from './fields.ts';
import { integerField, portRange } from './typed-fields.ts';

/**
 * Refuses a `targetPort` that is neither a port number nor an IANA service name (V8). The value itself
 * is not used: endpoints bring their own port numbers (F2).
 */
export function checkTargetPort(port: Fields): void {
  const value = rawField(port, 'targetPort');
  if (value === undefined) return;
  if (typeof value !== 'string') {
    // The API server reads 0 as unset.
    if (value !== 0) integerField(port, 'targetPort', portRange);
    return;
  }
  if (value === '' || isServiceName(value)) return;
  const isNumber = /^\d+$/.test(value);
  port.report.refuse(at(port, 'targetPort'), {
    code: 'NATC2024',
    message: `targetPort must be a port number or a port's name, got ${quote(value)}`,
    hint: isNumber
      ? 'remove the quotes'
      : 'a name has at most 15 lower-case letters, digits and "-", one letter at least, and no "--"',
  });
}

/** RFC 6335, as the API server reads it. */
const isServiceName = (text: string): boolean =>
  text.length <= 15 &&
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) &&
  /[a-z]/.test(text) &&
  !text.includes('--');

import { type Protocol, protocols } from '../net/family.ts';
import { type Fields, rawField } from './fields.ts';
import { labelRule, qualifiedNameRule, readName } from './names.ts';
import { oneOf, stringField } from './typed-fields.ts';

/**
 * `protocol` of a port: TCP when unset (D1, D4, D6); undefined when refused.
 *
 * @param isEmptyUnset whether the API server takes '' for unset: not in an EndpointSlice
 */
export function readProtocol(port: Fields, isEmptyUnset = true): Protocol | undefined {
  if (rawField(port, 'protocol') === undefined) return 'TCP';
  const text = stringField(port, 'protocol');
  if (text === '' && isEmptyUnset) return 'TCP';
  return text === undefined ? undefined : oneOf(port, ['protocol'], text, protocols);
}

/** `name` of a port: '' when unset; undefined when refused. */
export function readPortName(port: Fields): string | undefined {
  if (rawField(port, 'name') === undefined) return '';
  const text = stringField(port, 'name');
  return text === undefined || text === '' ? text : readName(port, ['name'], text, labelRule);
}

/** Refuses an `appProtocol` that is no name; natc does not use it. */
export function checkAppProtocol(port: Fields): void {
  const text = stringField(port, 'appProtocol');
  if (text !== undefined) readName(port, ['appProtocol'], text, qualifiedNameRule);
}

import { type Protocol, protocols } from '../net/family.ts';
import { type Fields, rawField } from './fields.ts';
import { labelRule, readName } from './names.ts';
import { oneOf, stringField } from './typed-fields.ts';

/** `protocol` of a port: TCP when unset (D1, D4, D6); undefined when refused. */
export function readProtocol(port: Fields): Protocol | undefined {
  if (rawField(port, 'protocol') === undefined) return 'TCP';
  const text = stringField(port, 'protocol');
  if (text === '') return 'TCP';
  return text === undefined ? undefined : oneOf(port, ['protocol'], text, protocols);
}

/** `name` of a port: '' when unset; undefined when refused. */
export function readPortName(port: Fields): string | undefined {
  if (rawField(port, 'name') === undefined) return '';
  const text = stringField(port, 'name');
  return text === undefined || text === '' ? text : readName(port, ['name'], text, labelRule);
}

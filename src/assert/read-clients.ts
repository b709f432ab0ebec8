import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { type Fields, rawField } from '../model/fields.ts';
import { groupKinds } from '../reach/clients.ts';
import type { ClientSelection, Clients } from './assertion.ts';
import {
  entriesOf,
  type FieldEntry,
  mappingOf,
  networkOfText,
  refuseUnknownKeys,
  refuseValue,
  servicePattern,
} from './read-fields.ts';

/** `from` and `exceptFrom`; undefined where nobody is named. */
export function readFrom(fields: Fields): ClientSelection | undefined {
  if (rawField(fields, 'from') === undefined) return undefined;
  return {
    groups: entriesOf(fields, 'from').flatMap((entry) => readClients(entry) ?? []),
    except: entriesOf(fields, 'exceptFrom').flatMap((entry) => readClients(entry) ?? []),
  };
}

const expected = `${groupKinds.join(', ')}, a CIDR, an address, or endpoints as in {namespace: shop}`;

function readClients(entry: FieldEntry): Clients | undefined {
  const { value, path, fields } = entry;
  if (typeof value === 'string') {
    const kind = groupKinds.find((candidate) => candidate === value);
    if (kind !== undefined) return { kind };
    const network = networkOfText(value);
    if (network !== undefined) return { kind: 'network', network };
    const meant = didYouMean(value, groupKinds) ?? otherGroups.get(value.toLowerCase());
    return refuseValue(fields, path, expected, value, meant && `did you mean ${meant}?`);
  }
  const mapping = mappingOf(entry);
  if (mapping === undefined) return refuseValue(fields, path, expected, value);
  refuseUnknownKeys(mapping, ['namespace', 'service'], 'clients');
  const services = endpointPattern(mapping);
  return services === undefined ? undefined : { kind: 'endpoints', services };
}

const otherGroups: ReadonlyMap<string, string> = new Map([
  ['internet', 'outside'],
  ['external', 'outside'],
  ['world', 'outside'],
  ['pod', 'pods'],
  ['cluster', 'pods'],
  ['host', 'node'],
  ['localhost', 'node'],
  ['any', 'anyone'],
  ['all', 'anyone'],
  ['everyone', 'anyone'],
]);

function endpointPattern(mapping: Fields): string | undefined {
  const namespace = rawField(mapping, 'namespace');
  const service = rawField(mapping, 'service');
  if ((namespace === undefined) === (service === undefined))
    return refuseValue(mapping, [], 'namespace or service, one of them', mapping.record);
  return namespace === undefined
    ? servicePattern({ value: service, path: ['service'], fields: mapping })
    : namespacePattern(mapping);
}

/** `namespace: shop` as a pattern of Services. */
export function namespacePattern(mapping: Fields): string | undefined {
  const value = rawField(mapping, 'namespace');
  if (typeof value === 'string' && /^[^/\s]+$/.test(value)) return `${value}/*`;
  return refuseValue(mapping, ['namespace'], 'a namespace', value);
}

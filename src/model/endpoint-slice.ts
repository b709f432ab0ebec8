import type { SourceObject } from '../diagnostics/source.ts';
import type { IpFamily } from '../net/family.ts';
import { isUnicast, readUnicastAddress } from './address-field.ts';
import type { EndpointSlice, SliceEndpoint } from './cluster.ts';
import { readEndpointPorts } from './endpoint-ports.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { at, atKey, type Fields, isGiven, rawField, refuseMissing, rootFields } from './fields.ts';
import {
  conditionFields,
  endpointSliceFields,
  hintFields,
  sliceEndpointFields,
} from './known-fields.ts';
import { isLabelledHeadless, labelValue, readMetadata } from './metadata.ts';
import { labelValueRule, type NameRule, readName, subdomainRule } from './names.ts';
import type { Report } from './report.ts';
import { checkSpelling } from './spelling.ts';
import {
  booleanField,
  mapField,
  mappingList,
  oneOfField,
  stringField,
  stringList,
} from './typed-fields.ts';

type AddressType = IpFamily | 'FQDN';

const addressTypes: readonly AddressType[] = ['IPv4', 'IPv6', 'FQDN'];

/** An EndpointSlice with its fields as written, for the rules that need both. */
export interface ReadEndpointSlice {
  readonly slice: EndpointSlice;
  readonly root: Fields;
}

/**
 * Reads one EndpointSlice: API defaults (D4) filled in, each field checked by itself.
 *
 * @returns undefined when the object cannot be told apart; without endpoints when its `addressType` is
 *   not known.
 */
export function readEndpointSlice(
  object: SourceObject,
  report: Report,
): ReadEndpointSlice | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, subdomainRule, 'namespaced');
  if (rawField(root, 'addressType') === undefined) refuseMissing(root, 'addressType');
  const addressType = oneOfField(root, 'addressType', addressTypes);
  if (metadata === undefined) return undefined;
  checkSpelling(root, endpointSliceFields);
  const slice: EndpointSlice = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    headless: isLabelledHeadless(metadata),
    serviceName: labelValue(metadata.labels, 'kubernetes.io/service-name'),
    // Of unknown family it still stands before an Endpoints object of its Service (ND10).
    addressType: addressType ?? 'IPv4',
    ports: readEndpointPorts(root, 100),
    endpoints:
      addressType === undefined
        ? []
        : mappingList(
            root,
            'endpoints',
            (entry, index) => readEndpoint(entry, index, addressType),
            1000,
          ),
  };
  return { slice, root };
}

function readEndpoint(
  entry: Fields,
  index: number,
  addressType: AddressType,
): SliceEndpoint | undefined {
  checkSpelling(entry, sliceEndpointFields);
  const addresses = readAddresses(entry, addressType);
  if (addresses.length === 0) return undefined;
  const conditions = readConditions(entry);
  const hints = readHints(entry, addressType);
  return {
    index,
    addresses,
    nodeName: stringField(entry, 'nodeName'),
    ...conditions,
    forZones: hints.forZones,
    forNodes: hints.forNodes,
  };
}

type Conditions = Pick<SliceEndpoint, 'ready' | 'serving' | 'terminating'>;

const unset: Conditions = { ready: undefined, serving: undefined, terminating: undefined };
/** Never used, and in the way of an entry of the same address that would be (E9). */
const unusable: Conditions = { ready: false, serving: false, terminating: false };

/** An unset condition speaks for the endpoint (E6); one that cannot be read must not (ND10). */
function readConditions(entry: Fields): Conditions {
  const conditions = mapField(entry, 'conditions');
  if (conditions === undefined) {
    if (!isUnreadable(entry, 'conditions', conditions) && rawField(entry, 'conditions') !== '')
      return unset;
  } else {
    checkSpelling(conditions, conditionFields);
    const [ready, serving, terminating] = conditionNames.map((name) =>
      booleanField(conditions, name),
    );
    const read = { ready, serving, terminating };
    const isRead = conditionNames.every(
      (name) => read[name] !== undefined || rawField(conditions, name) === undefined,
    );
    if (isRead) return read;
  }
  sayClosed(entry, ['conditions'], 'the endpoint is taken as not ready: nothing is sent to it');
  return unusable;
}

const conditionNames = ['ready', 'serving', 'terminating'] as const;

/** Only the first address is ever used (E5): when that one is unusable, so is the endpoint. */
function readAddresses(entry: Fields, addressType: AddressType): readonly string[] {
  const given = rawField(entry, 'addresses');
  if (isOneUnicast(given, addressType)) return given;
  if (!isGiven(entry, 'addresses')) refuseMissing(entry, 'addresses');
  let isFirstUsable = true;
  const addresses = stringList(
    entry,
    'addresses',
    (text, index) => {
      const address = readEndpointAddress(entry, index, text, addressType);
      if (index === 0) isFirstUsable = address !== undefined;
      return address;
    },
    100,
  );
  return isFirstUsable ? addresses : [];
}

/** What nearly all endpoints have, and a big cluster has hundreds of thousands of. */
function isOneUnicast(given: unknown, addressType: AddressType): given is readonly [string] {
  if (!Array.isArray(given) || given.length !== 1 || addressType === 'FQDN') return false;
  const [only]: readonly unknown[] = given;
  return typeof only === 'string' && isUnicast(only, addressType);
}

function readEndpointAddress(
  entry: Fields,
  index: number,
  text: string,
  addressType: AddressType,
): string | undefined {
  if (addressType === 'FQDN') return text;
  const address = readUnicastAddress(entry, ['addresses', index], text);
  if (address === undefined || address.family === addressType) return address?.text;
  entry.report.refuse(at(entry, 'addresses', index), {
    code: 'NATC2050',
    message: `addresses[${index}] must be an ${addressType} address, as addressType says, got ${text}`,
    hint: `put ${address.family} addresses into a slice of their own`,
  });
  return undefined;
}

const noHints: Pick<SliceEndpoint, 'forZones' | 'forNodes'> = { forZones: [], forNodes: [] };

/** V21. */
function readHints(
  entry: Fields,
  addressType: AddressType,
): Pick<SliceEndpoint, 'forZones' | 'forNodes'> {
  const hints = mapField(entry, 'hints');
  if (hints === undefined) return noHints;
  checkSpelling(hints, hintFields);
  if (addressType === 'FQDN') {
    entry.report.refuse(atKey(entry, 'hints'), {
      code: 'NATC2051',
      message: 'hints must not be set in a slice of addressType FQDN',
      hint: 'remove them',
    });
  }
  return {
    forZones: readHintNames(hints, 'forZones', labelValueRule),
    forNodes: readHintNames(hints, 'forNodes', subdomainRule),
  };
}

const readHintNames = (hints: Fields, key: string, rule: NameRule): readonly string[] =>
  mappingList(
    hints,
    key,
    (hint) => {
      const name = stringField(hint, 'name') ?? '';
      return name === '' ? refuseMissing(hint, 'name') : readName(hint, ['name'], name, rule);
    },
    8,
  );

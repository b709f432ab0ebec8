import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { IpFamily } from '../net/family.ts';
import { isUnicast, readUnicastAddress } from './address-field.ts';
import type { EndpointSlice, SliceEndpoint } from './cluster.ts';
import { readSlicePorts } from './endpoint-ports.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { at, atKey, type Fields, isGiven, rawField, refuseMissing, rootFields } from './fields.ts';
import { noHints, readHints } from './hints.ts';
import {
  betaEndpointFields,
  conditionFields,
  endpointSliceFields,
  sliceEndpointFields,
} from './known-fields.ts';
import { labelValue } from './labels.ts';
import { isLabelledHeadless, type MaybeNamed, readMetadata } from './metadata.ts';
import { hostNameRule, labelRule, readName, subdomainRule } from './names.ts';
import type { Report } from './report.ts';
import { checkFields } from './shapes.ts';
import {
  booleanField,
  mapField,
  mappingList,
  setOneOfField,
  stringField,
  stringList,
  stringMap,
} from './typed-fields.ts';

type AddressType = IpFamily | 'FQDN';

const addressTypes: readonly AddressType[] = ['IPv4', 'IPv6', 'FQDN'];

/** An EndpointSlice with its fields as written, for the rules that need both. */
export interface ReadEndpointSlice extends MaybeNamed {
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
  const addressType = setOneOfField(root, 'addressType', addressTypes);
  if (metadata === undefined) return undefined;
  checkFields(root, endpointSliceFields);
  const slice: EndpointSlice = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    headless: isLabelledHeadless(metadata),
    serviceName: labelValue(metadata.labels, 'kubernetes.io/service-name'),
    // Of unknown family it still stands before an Endpoints object of its Service (ND10).
    addressType: addressType ?? 'IPv4',
    ports: readSlicePorts(root),
    endpoints:
      addressType === undefined
        ? []
        : mappingList(
            root,
            'endpoints',
            (entry, index) => readEndpoint(entry, index, addressType),
            1000,
            object.apiVersion === betaVersion
              ? undefined
              : (value, index) => readPlainEndpoint(value, index, addressType),
          ),
  };
  return { slice, hasName: metadata.hasName, root };
}

function readEndpoint(
  entry: Fields,
  index: number,
  addressType: AddressType,
): SliceEndpoint | undefined {
  const isBeta = entry.object.apiVersion === betaVersion;
  checkFields(entry, isBeta ? betaEndpointFields : sliceEndpointFields);
  const addresses = readAddresses(entry, addressType);
  const hostname = stringField(entry, 'hostname');
  if (hostname !== undefined) readName(entry, ['hostname'], hostname, labelRule);
  const nodeName = readNodeName(entry, isBeta);
  const conditions = readConditions(entry);
  const hints = readHints(entry);
  if (addresses.length === 0) return undefined;
  return {
    index,
    addresses,
    nodeName,
    ...conditions,
    forZones: hints.forZones,
    forNodes: hints.forNodes,
  };
}

/**
 * Reads an endpoint as controllers write it where there are no hints, in the current version: so are nearly all, and a
 * big cluster has hundreds of thousands.
 *
 * @returns undefined for any other, which {@link readEndpoint} reads
 */
function readPlainEndpoint(
  value: unknown,
  index: number,
  addressType: AddressType,
): SliceEndpoint | undefined {
  if (!isMapping(value)) return undefined;
  const { addresses, conditions, nodeName, targetRef, zone } = value;
  if (typeof nodeName !== 'string' || (zone !== undefined && typeof zone !== 'string'))
    return undefined;
  if (countKeys(value) !== (zone === undefined ? 4 : 5)) return undefined;
  if (!arePlainConditions(conditions) || !isPlainReference(targetRef)) return undefined;
  if (!isOneUnicast(addresses, addressType) || !subdomainRule.matches(nodeName)) return undefined;
  const { ready, serving, terminating } = conditions;
  const { forZones, forNodes } = noHints;
  return { index, addresses, nodeName, ready, serving, terminating, forZones, forNodes };
}

/** A `targetRef` with what controllers write into it. */
function isPlainReference(given: unknown): boolean {
  if (!isMapping(given)) return false;
  const { kind, name, namespace, uid } = given;
  if (typeof kind !== 'string' || typeof name !== 'string') return false;
  return typeof namespace === 'string' && typeof uid === 'string' && countKeys(given) === 4;
}

function countKeys(mapping: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const _ in mapping) count++;
  return count;
}

/** Whose fields discovery.k8s.io/v1 renamed: an endpoint's node stands in its topology. */
export const betaVersion = 'discovery.k8s.io/v1beta1';

/** `nodeName`, or else the node that `topology` names, which v1 has no more. */
function readNodeName(entry: Fields, isBeta: boolean): string | undefined {
  const named = readTopology(entry, isBeta);
  const text = stringField(entry, 'nodeName');
  if (text !== undefined) return readName(entry, ['nodeName'], text, subdomainRule);
  return rawField(entry, 'nodeName') === undefined ? named : undefined;
}

function readTopology(entry: Fields, isBeta: boolean): string | undefined {
  if (rawField(entry, 'topology') === undefined) return undefined;
  if (!isBeta) {
    entry.report.warn(atKey(entry, 'topology'), {
      code: 'NATC2116',
      message: 'topology is a field of discovery.k8s.io/v1beta1: natc takes the node from it',
      hint: 'write nodeName and zone instead: the API server drops topology',
    });
  }
  return stringMap(entry, 'topology').find(([key]) => key === 'kubernetes.io/hostname')?.[1];
}

type Conditions = Pick<SliceEndpoint, 'ready' | 'serving' | 'terminating'>;

const unset: Conditions = { ready: undefined, serving: undefined, terminating: undefined };
/** Never used, and in the way of an entry of the same address that would be (E9). */
const unusable: Conditions = { ready: false, serving: false, terminating: false };

/** An unset condition speaks for the endpoint (E6); one that cannot be read must not (ND10). */
function readConditions(entry: Fields): Conditions {
  const plain = rawField(entry, 'conditions');
  if (arePlainConditions(plain)) return plain;
  const conditions = mapField(entry, 'conditions');
  if (conditions === undefined) {
    if (!isUnreadable(entry, 'conditions', conditions) && rawField(entry, 'conditions') !== '')
      return unset;
  } else {
    checkFields(conditions, conditionFields);
    const read: Conditions = {
      ready: booleanField(conditions, 'ready'),
      serving: booleanField(conditions, 'serving'),
      terminating: booleanField(conditions, 'terminating'),
    };
    const isRead = conditionNames.every(
      (name) => read[name] !== undefined || rawField(conditions, name) === undefined,
    );
    if (isRead) return read;
  }
  sayClosed(entry, ['conditions'], 'the endpoint is taken as not ready: nothing is sent to it');
  return unusable;
}

const conditionNames = ['ready', 'serving', 'terminating'] as const;

/** All three, each true or false, and no other: what controllers write. */
function arePlainConditions(given: unknown): given is Record<keyof Conditions, boolean> {
  if (!isMapping(given)) return false;
  const { ready, serving, terminating } = given;
  if (typeof ready !== 'boolean' || typeof serving !== 'boolean') return false;
  return typeof terminating === 'boolean' && countKeys(given) === conditionNames.length;
}

/** Only the first address is ever used (E5): when that one is unusable, so is the endpoint. */
function readAddresses(entry: Fields, addressType: AddressType): readonly string[] {
  const given = rawField(entry, 'addresses');
  if (isOneUnicast(given, addressType)) return given;
  if (!isGiven(entry, 'addresses')) refuseMissing(entry, 'addresses');
  let isFirstUsable = false;
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
  const only: unknown = given[0];
  return typeof only === 'string' && isUnicast(only, addressType);
}

function readEndpointAddress(
  entry: Fields,
  index: number,
  text: string,
  addressType: AddressType,
): string | undefined {
  if (addressType === 'FQDN') return readName(entry, ['addresses', index], text, hostNameRule);
  const rule = addressType === 'IPv6' ? 'canonical' : 'plain';
  const address = readUnicastAddress(entry, ['addresses', index], text, rule);
  if (address === undefined || address.family === addressType) return address?.text;
  entry.report.refuse(at(entry, 'addresses', index), {
    code: 'NATC2050',
    message: `addresses[${index}] must be an ${addressType} address, as addressType says, got ${text}`,
    hint: `put ${address.family} addresses into a slice of their own`,
  });
  return undefined;
}

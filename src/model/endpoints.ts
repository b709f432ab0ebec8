import type { SourceObject } from '../diagnostics/source.ts';
import { readUnicastAddress } from './address-field.ts';
import type { EndpointAddress, EndpointSubset, Endpoints } from './cluster.ts';
import { readSubsetPorts } from './endpoint-ports.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { type Fields, isGiven, rawField, refuseMissing, rootFields } from './fields.ts';
import { endpointAddressFields, endpointsFields, subsetFields } from './known-fields.ts';
import { labelValue } from './labels.ts';
import { isLabelledHeadless, type MaybeNamed, type Metadata, readMetadata } from './metadata.ts';
import { labelRule, labelValueRule, readName, subdomainRule } from './names.ts';
import type { Report } from './report.ts';
import { checkFields } from './shapes.ts';
import { mapField, mappingList, stringField } from './typed-fields.ts';

/** An Endpoints object with its fields as written, for the rules that need both. */
export interface ReadEndpoints extends MaybeNamed {
  readonly endpoints: Endpoints;
  readonly root: Fields;
  /** Parallel to `endpoints.subsets`. */
  readonly subsets: readonly Fields[];
}

/**
 * Reads one Endpoints object: API defaults (D6) filled in, each field checked by itself.
 *
 * @returns undefined when the object cannot be told apart.
 */
export function readEndpoints(object: SourceObject, report: Report): ReadEndpoints | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, subdomainRule, 'namespaced');
  if (metadata === undefined) return undefined;
  checkFields(root, endpointsFields);
  const subsets = mappingList(root, 'subsets', (subset) => subset);
  if (metadata.annotations === undefined && isAnnotated(root)) {
    const keys = ['metadata', 'annotations'];
    sayClosed(
      root,
      keys,
      'the object is left out: its annotations may say that it is not to be used',
    );
    return undefined;
  }
  const leader = labelValue(metadata.annotations, 'control-plane.alpha.kubernetes.io/leader');
  const endpoints: Endpoints = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    skipMirror: isSkipped(metadata),
    isLeaderElection: leader !== undefined,
    headless: isLabelledHeadless(metadata),
    subsets: subsets.map(readSubset),
  };
  return { endpoints, hasName: metadata.hasName, root, subsets };
}

/** Whether there are annotations, be they of the wrong type. */
function isAnnotated(root: Fields): boolean {
  const metadata = mapField(root, 'metadata');
  return metadata !== undefined && rawField(metadata, 'annotations') !== undefined;
}

const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';

/** What no label can have as its value may be meant as `"true"` (ND10). */
function isSkipped({ labels }: Metadata): boolean {
  const raw = labels === undefined ? undefined : rawField(labels, skipLabel);
  if (raw === undefined) return false;
  return raw === 'true' || typeof raw !== 'string' || !labelValueRule.matches(raw);
}

/** V22. */
function readSubset(subset: Fields): EndpointSubset {
  checkFields(subset, subsetFields);
  if (!isGiven(subset, 'addresses') && !isGiven(subset, 'notReadyAddresses')) {
    refuseMissing(subset, 'addresses', 'list addresses or notReadyAddresses');
  }
  return {
    index: subset.index ?? 0,
    addresses: mappingList(subset, 'addresses', readEndpointAddress),
    notReadyAddresses: mappingList(subset, 'notReadyAddresses', readEndpointAddress),
    ports: readSubsetPorts(subset),
  };
}

function readEndpointAddress(entry: Fields, index: number): EndpointAddress | undefined {
  checkFields(entry, endpointAddressFields);
  const hostname = stringField(entry, 'hostname') ?? '';
  if (hostname !== '') readName(entry, ['hostname'], hostname, labelRule);
  const node = stringField(entry, 'nodeName');
  const nodeName = node === undefined ? node : readName(entry, ['nodeName'], node, subdomainRule);
  const text = stringField(entry, 'ip') ?? '';
  if (text === '')
    return isUnreadable(entry, 'ip', undefined) ? undefined : refuseMissing(entry, 'ip');
  const ip = readUnicastAddress(entry, ['ip'], text)?.text;
  return ip === undefined ? undefined : { index, ip, nodeName };
}

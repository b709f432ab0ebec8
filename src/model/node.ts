import type { SourceObject } from '../diagnostics/source.ts';
import { formatCidr } from '../net/cidr.ts';
import { readAddress } from './address-field.ts';
import { readCidr } from './cidr-field.ts';
import type { Node } from './cluster.ts';
import { sayClosed } from './fail-closed.ts';
import { type Fields, isRecord, rawField, rootFields } from './fields.ts';
import { labelValue, readMetadata } from './metadata.ts';
import { subdomainRule } from './names.ts';
import type { Report } from './report.ts';
import { mapField, mappingList, stringField, stringList } from './typed-fields.ts';

/**
 * Reads one Node: the facts that kube-proxy takes from it (N3, M12, Q5).
 *
 * @returns undefined when the object cannot be told apart.
 */
export function readNode(object: SourceObject, report: Report): Node | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, subdomainRule, 'cluster');
  if (metadata === undefined) return undefined;
  const spec = mapField(root, 'spec');
  const status = mapField(root, 'status');
  const addresses = readAddresses(root, status);
  return {
    object,
    name: metadata.name,
    addresses: addresses ?? [],
    addressesAreWhole: addresses !== undefined,
    podCIDRs: spec === undefined ? [] : readPodCIDRs(spec),
    zone: labelValue(metadata.labels, 'topology.kubernetes.io/zone'),
  };
}

/** @returns undefined when they cannot be read whole */
function readAddresses(root: Fields, status: Fields | undefined): readonly string[] | undefined {
  if (status !== undefined) return readNodeAddresses(status);
  return rawField(root, 'status') === undefined ? [] : undefined;
}

/**
 * None at all when one of them cannot be read: the others need not be what node ports listen on, or what
 * source ranges are compared with (ND10).
 */
function readNodeAddresses(status: Fields): readonly string[] | undefined {
  let isWhole = true;
  const addresses = mappingList(status, 'addresses', (entry) => {
    const type = stringField(entry, 'type');
    if (type === undefined) isWhole = false;
    if (type !== 'InternalIP' && type !== 'ExternalIP') return undefined;
    const address = readAddress(entry, ['address'], stringField(entry, 'address') ?? '');
    if (address === undefined) isWhole = false;
    return address === undefined ? undefined : { type, text: address.text };
  });
  const given = rawField(status, 'addresses') ?? [];
  if (!isWhole || !Array.isArray(given) || !given.every(isRecord)) {
    const what =
      'the node counts as one of no known address: where only `primary` is served, nothing is';
    sayClosed(status, ['addresses'], what);
    return undefined;
  }
  return ['InternalIP', 'ExternalIP'].flatMap((type) =>
    addresses.filter((address) => address.type === type).map((address) => address.text),
  );
}

function readPodCIDRs(spec: Fields): readonly string[] {
  const list = stringList(spec, 'podCIDRs', (text, index) =>
    readCidr(spec, ['podCIDRs', index], text),
  );
  const single = stringField(spec, 'podCIDR') ?? '';
  if (list.length > 0 || single === '') return list.map(formatCidr);
  const cidr = readCidr(spec, ['podCIDR'], single);
  return cidr === undefined ? [] : [formatCidr(cidr)];
}

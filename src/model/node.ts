import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { type Cidr, formatCidr } from '../net/cidr.ts';
import { readAddress } from './address-field.ts';
import { readCidr } from './cidr-field.ts';
import type { Node } from './cluster.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { at, type Fields, rawField, rawList, rootFields } from './fields.ts';
import { nodeAddressFields, nodeFields, nodeSpecFields, nodeStatusFields } from './known-fields.ts';
import { labelValue } from './labels.ts';
import { readMetadata } from './metadata.ts';
import { subdomainRule } from './names.ts';
import type { Report } from './report.ts';
import { checkFields } from './shapes.ts';
import { mapField, mappingList, stringField, stringList } from './typed-fields.ts';

/**
 * Reads one Node: the facts that kube-proxy takes from it (N3, M12, Q5).
 *
 * @returns undefined when the object cannot be told apart.
 */
export function readNode(object: SourceObject, report: Report): Node | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, subdomainRule, 'cluster');
  checkFields(root, nodeFields);
  const spec = mapField(root, 'spec');
  const status = mapField(root, 'status');
  if (spec !== undefined) checkFields(spec, nodeSpecFields);
  if (status !== undefined) checkFields(status, nodeStatusFields);
  const addresses = readAddresses(root, status);
  const podCIDRs = spec === undefined ? [] : readPodCIDRs(spec);
  if (metadata?.hasName !== true) return undefined;
  return {
    object,
    name: metadata.name,
    addresses: addresses ?? [],
    addressesAreWhole: addresses !== undefined,
    podCIDRs,
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
    checkFields(entry, nodeAddressFields);
    const type = stringField(entry, 'type');
    if (type === undefined) isWhole = false;
    const text = stringField(entry, 'address') ?? '';
    if (type !== 'InternalIP' && type !== 'ExternalIP') return undefined;
    const address = readNodeAddress(entry, text);
    if (address === undefined) isWhole = false;
    return address === undefined ? undefined : { type, text: address };
  });
  const given = rawField(status, 'addresses') ?? [];
  if (!isWhole || !Array.isArray(given) || !given.every(isMapping)) {
    const what =
      'the node counts as one of no known address: where only `primary` is served, nothing is';
    sayClosed(status, ['addresses'], what);
    return undefined;
  }
  return ['InternalIP', 'ExternalIP'].flatMap((type) =>
    addresses.filter((address) => address.type === type).map((address) => address.text),
  );
}

/** The API server looks at none of them: what is no address is told of, and no error. */
function readNodeAddress(entry: Fields, text: string): string | undefined {
  if (text === '' && isUnreadable(entry, 'address', undefined)) return undefined;
  if (parseAddress(text) !== undefined)
    return readAddress(entry, ['address'], text, 'unchecked')?.text;
  entry.report.warn(at(entry, 'address'), {
    code: 'NATC2117',
    message: `address must be an IP address, got ${quote(text)}: natc knows no address of this node`,
    hint: 'the API server takes any text here; correct it, or give --node-ip',
  });
  return undefined;
}

/** The single field counts where it says something else than the first of the list. */
function readPodCIDRs(spec: Fields): readonly string[] {
  const single = stringField(spec, 'podCIDR') ?? '';
  const given = rawField(spec, 'podCIDRs');
  const [first] = rawList(spec, 'podCIDRs');
  const isOverruled = single !== '' && (first ?? '') !== single;
  if (!isOverruled && Array.isArray(given) && given.length > 0) {
    const list = stringList(spec, 'podCIDRs', (text, index) =>
      readCidr(spec, ['podCIDRs', index], text),
    );
    refuseSameFamily(spec, list);
    return list.map(formatCidr);
  }
  // The list is then what an old client left there: only strings, whatever they say.
  stringList(spec, 'podCIDRs', (text) => text);
  const cidr = single === '' ? undefined : readCidr(spec, ['podCIDR'], single);
  return cidr === undefined ? [] : [formatCidr(cidr)];
}

function refuseSameFamily(spec: Fields, cidrs: readonly Cidr[]): void {
  const [first, second, third] = cidrs;
  if (second === undefined || (third === undefined && first?.family !== second.family)) return;
  spec.report.refuse(at(spec, 'podCIDRs', third === undefined ? 1 : 2), {
    code: 'NATC2118',
    message: `podCIDRs must be at most one of each family, got ${cidrs.map(formatCidr).join(', ')}`,
    hint: 'keep one of each',
  });
}

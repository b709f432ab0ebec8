import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import { list, mapping, text, textsOf } from './values.ts';

/** Where a pod may run. */
export interface NodePlace {
  /** Undefined: nobody knows of any node. */
  readonly name: string | undefined;
  /** Whether a Node object tells of it. */
  readonly isKnown: boolean;
  readonly labels: ReadonlyMap<string, string>;
  /** The first of each family; canonical. */
  readonly addresses: ReadonlyMap<IpFamily, string>;
  readonly podNetworks: ReadonlyMap<IpFamily, Cidr>;
  /** Those that keep pods away. */
  readonly taints: readonly Taint[];
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** What the options tell of the one node where there are no Node objects. */
export interface OneNode {
  readonly name: string | undefined;
  readonly addresses: readonly string[];
}

/** The nodes of the objects by name, or else the one node of which the options tell. */
export function nodePlaces(
  objects: readonly SourceObject[],
  { name, addresses }: OneNode,
): readonly NodePlace[] {
  const places = objects
    .filter(({ kind }) => kind === 'Node')
    .flatMap(({ value }) => nodePlace(value) ?? [])
    .sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  if (places.length > 0) return places;
  const own = { labels: new Map(), podNetworks: new Map(), taints: [] };
  return [{ name, isKnown: false, ...own, addresses: byFamily(addresses) }];
}

function nodePlace(value: SourceObject['value']): NodePlace | undefined {
  const metadata = mapping(value['metadata']);
  const spec = mapping(value['spec']);
  const name = text(metadata['name']);
  if (name === undefined) return undefined;
  const addresses = list(mapping(value['status'])['addresses']).map(mapping);
  const internal = addresses.filter(({ type }) => type === 'InternalIP');
  const cidrs = list(spec['podCIDRs']);
  return {
    name,
    isKnown: true,
    labels: textsOf(metadata['labels']),
    addresses: byFamily(internal.flatMap(({ address }) => text(address) ?? [])),
    podNetworks: networks(cidrs.length > 0 ? cidrs : [spec['podCIDR']]),
    taints: list(spec['taints']).flatMap((taint) => {
      const { key, value: wanted, effect } = mapping(taint);
      const keepsAway = effect === 'NoSchedule' || effect === 'NoExecute';
      return keepsAway ? [{ key: text(key) ?? '', value: text(wanted) ?? '', effect }] : [];
    }),
  };
}

function byFamily(addresses: readonly string[]): ReadonlyMap<IpFamily, string> {
  const found = new Map<IpFamily, string>();
  for (const address of addresses) {
    const parsed = parseAddress(address.trim());
    if (parsed !== undefined && !found.has(parsed.family)) found.set(parsed.family, parsed.text);
  }
  return found;
}

function networks(cidrs: readonly unknown[]): ReadonlyMap<IpFamily, Cidr> {
  const found = new Map<IpFamily, Cidr>();
  for (const each of cidrs) {
    const cidr = typeof each === 'string' ? parseCidr(each) : undefined;
    if (cidr !== undefined && !found.has(cidr.family)) found.set(cidr.family, cidr);
  }
  return found;
}

/** Whether the tolerations of a pod let it run where a taint is. */
export function tolerates(tolerations: unknown, { taints }: NodePlace): boolean {
  return taints.every(({ key, value, effect }) =>
    list(tolerations).some((each) => {
      if (!isMapping(each)) return false;
      const isOfEffect = text(each['effect']) === undefined || each['effect'] === effect;
      const isOfKey = text(each['key']) === undefined || each['key'] === key;
      const isAny = each['operator'] === 'Exists';
      return isOfEffect && isOfKey && (isAny || (text(each['value']) ?? '') === value);
    }),
  );
}

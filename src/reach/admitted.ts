import type { ClientClass } from '../diff/client-classes.ts';
import { parseAddress } from '../net/address.ts';
import { isWithin, parseCidr } from '../net/cidr.ts';

/** A class of clients, and whether a destination answers it. */
export interface Admission {
  readonly client: ClientClass;
  readonly isAnswered: boolean;
}

/** A network of clients with those inside it that are told apart. */
interface Region {
  /** Undefined for whatever no network covers. */
  readonly network: string | undefined;
  readonly name: string;
  readonly isAnswered: boolean;
  readonly inner: Region[];
}

/** Asked where some of the node's own addresses are answered and others are not. */
export interface NodeSources {
  /** This node's addresses of the family. */
  readonly addresses: readonly string[];
  readonly isAnswered: (address: string) => boolean;
}

/**
 * Who is answered, as exactly as the classes tell: `all`, or networks with those inside them that are not,
 * `198.51.100.0/24 except 198.51.100.7`. Where processes of this node are asked about beside others, the
 * others are `other machines`.
 *
 * @returns the empty list where nobody is
 */
export function admittedSources(
  admissions: readonly Admission[],
  node: NodeSources,
): readonly string[] {
  if (admissions.every(({ isAnswered }) => isAnswered)) return ['all'];
  const byInterface = new Map<string, Admission[]>();
  for (const admission of admissions) {
    const { inInterface } = admission.client;
    byInterface.set(inInterface, [...(byInterface.get(inInterface) ?? []), admission]);
  }
  const own = byInterface.get('') ?? [];
  byInterface.delete('');
  const rest = own.length > 0 ? 'other machines' : 'all';
  const through = [...byInterface.values()].map((list) => ({
    pattern: list[0]?.client.pattern,
    texts: ofNetworks(list, rest),
  }));
  const isAlike = new Set(through.map((each) => each.texts.join())).size <= 1;
  const texts = through.flatMap((each) =>
    isAlike
      ? each.texts
      : each.texts.map((text) => `${text} through ${each.pattern ?? 'other interfaces'}`),
  );
  return [...new Set([...texts, ...ofNode(own, node)])];
}

function ofNode(
  list: readonly Admission[],
  { addresses, isAnswered }: NodeSources,
): readonly string[] {
  if (list.length === 0) return [];
  if (list.every((each) => each.isAnswered)) return ['this node'];
  const loopback = list
    .filter((each) => each.isAnswered && each.client.kind === 'loopback')
    .map(({ client }) => client.address);
  return [...addresses.filter(isAnswered), ...loopback].map(
    (address) => `this node, from ${address}`,
  );
}

/** @param rest what is called whatever no network covers */
function ofNetworks(list: readonly Admission[], rest: string): readonly string[] {
  const regions = [...list]
    .sort((a, b) => sizeOf(b.client.network) - sizeOf(a.client.network))
    .map(
      ({ client, isAnswered }): Region => ({
        network: client.network,
        name: client.network ?? rest,
        isAnswered,
        inner: [],
      }),
    );
  const outermost: Region[] = [];
  regions.forEach((region, i) => {
    const around = regions.slice(0, i).findLast((other) => isInside(region, other));
    (around?.inner ?? outermost).push(region);
  });
  return answeredIn(outermost);
}

/** What of the regions is answered. */
const answeredIn = (regions: readonly Region[]): readonly string[] =>
  regions.flatMap((region) => {
    if (!region.isAnswered) return answeredIn(region.inner);
    const without = refusedIn(region.inner);
    return without.length === 0 ? [region.name] : [`${region.name} except ${without.join(', ')}`];
  });

/** What of the regions inside an answered one is not, and of those inside them is again. */
const refusedIn = (regions: readonly Region[]): readonly string[] =>
  regions.flatMap((region) => {
    if (region.isAnswered) return refusedIn(region.inner);
    const again = answeredIn(region.inner);
    return again.length === 0 ? [region.name] : [`${region.name} (but ${again.join(', ')})`];
  });

const isInside = ({ network }: Region, around: Region): boolean =>
  around.network === undefined ||
  (network !== undefined && isWithin(firstOf(network), around.network));

const firstOf = (network: string): string => network.split('/', 1).join();

/** Prefix lengths, so that bigger networks sort before those inside them; of one without bounds, the most. */
function sizeOf(network: string | undefined): number {
  if (network === undefined) return 1;
  const cidr = parseCidr(network);
  if (cidr !== undefined) return -cidr.prefixLength;
  return parseAddress(network)?.family === 'IPv6' ? -128 : -32;
}

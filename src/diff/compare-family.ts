import { frontendOf, namedOwner } from '../explain/frontends.ts';
import { formatAddressPort } from '../net/address.ts';
import { collections } from '../nftables/names.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { PacketProtocol } from '../packet/packet.ts';
import { type AddressClass, addressClasses, isServiceAddress } from './address-classes.ts';
import { findCandidates } from './candidates.ts';
import { destinationComparer } from './compare-destination.ts';
import type { ComparedDestination } from './compared-destination.ts';
import {
  type Destination,
  destinationKey,
  parseDestinationKey,
  parsePortKey,
  portKey,
} from './destination.ts';
import { type Membership, membershipOf } from './destination-index.ts';
import { type EquivalenceClass, equivalenceFinder } from './equivalence.ts';
import type { FamilyPair } from './family-pair.ts';
import { nodeAddressesText, regionLabel } from './region-label.ts';
import { translate } from './translate.ts';

/**
 * Every destination of a family at which some packet differs. The space of destinations is covered by
 * three kinds: an address and port that elements name; a port that elements or rules name, at each
 * class of the other addresses; any other port, at each class of addresses.
 */
export function compareFamily(pair: FamilyPair): readonly ComparedDestination[] {
  const { before, after, program, family, nodeAddresses } = pair;
  const compare = destinationComparer(pair);
  const isEveryCandidate = program.isProgramChanged || pair.isEveryDestinationTried;
  const candidates = findCandidates(pair);
  const equivalences = equivalenceFinder(pair);
  const found: ComparedDestination[] = [];
  const representatives = new Map<string, Representative>();

  /** Tries the destination, unless one of the same class has been tried. */
  function push(
    destination: Destination | undefined,
    equivalence: EquivalenceClass,
    attempt: (destination: Destination) => ComparedDestination | undefined,
  ): void {
    if (destination === undefined) return;
    const known = pair.isEveryDestinationTried ? undefined : representatives.get(equivalence.text);
    if (known !== undefined && known.compared === undefined) return;
    const told =
      known?.compared &&
      translate(known.compared, known.equivalence, equivalence, {
        ...destination,
        isLocal: known.compared.destination.isLocal,
      });
    const compared = told ?? attempt(destination);
    if (known === undefined) representatives.set(equivalence.text, { equivalence, compared });
    if (compared !== undefined) found.push(compared);
  }

  /** Tries the destination as what it is; then, where it could be the node's, as that. */
  const tryBoth = (destination: Destination): ComparedDestination | undefined =>
    compare(destination) ??
    (destination.isLocal || membershipsOf(destination.address).some(isServiceAddress)
      ? undefined
      : compare({ ...destination, isLocal: true }));

  for (const key of unionOfKeys(before.index.byAddress, after.index.byAddress)) {
    if (isEveryCandidate || candidates.isAddressCandidate(key))
      push(namedDestination(key), equivalences.ofAddress(key), tryBoth);
  }

  const classes = [...addressClasses(pair)].sort(
    (a, b) => Number(a.isLoopback) - Number(b.isLoopback),
  );
  const ports = new Set([
    ...unionOfKeys(before.index.byPort, after.index.byPort),
    ...pair.constants.ports,
  ]);
  classes.forEach((addressClass, number) => {
    const isCandidate = isEveryCandidate || addressClass.isChanged;
    for (const isLocal of localities(addressClass)) {
      for (const key of ports) {
        if (!isCandidate && !candidates.isPortCandidate(key)) continue;
        const { text, targets } = equivalences.ofPort(key);
        const equivalence = { text: `${number} ${isLocal} ${text}`, targets };
        push(portDestination(key, addressClass, isLocal), equivalence, compare);
      }
      if (!isCandidate) continue;
      for (const protocol of ['tcp', 'udp', 'sctp', 'icmp'] as const) {
        const equivalence = { text: `${number} ${isLocal} ${protocol}`, targets: [] };
        push(regionDestination(protocol, addressClass, isLocal), equivalence, compare);
      }
    }
  });
  return found;

  function namedDestination(key: string): Destination {
    const { address, protocol, port } = parseDestinationKey(key);
    const element =
      after.index.byAddress.get(key)?.element ?? before.index.byAddress.get(key)?.element;
    const kind = element === undefined ? 'address' : kindOf(element, address);
    const where = `${formatAddressPort(address, port)}/${protocol.toUpperCase()}`;
    return {
      family,
      kind,
      address,
      protocol,
      protocols: [protocol],
      port,
      isOnePort: true,
      isLocal: nodeAddresses.has(address),
      servicePort: element && namedOwner(element),
      label: kind === 'address' ? where : `${kind} ${where}`,
    };
  }

  function membershipsOf(address: string): readonly Membership[] {
    return [before, after].map(({ index }) => membershipOf(index, address));
  }

  /** A listing of the kernel has no comment block that says what kind of address it is. */
  function kindOf(element: AnyElement, address: string): Destination['kind'] {
    if (!('verdict' in element) || element.key.length !== 3) return 'address';
    const { kind } = frontendOf(element);
    if (kind !== 'address') return kind;
    return membershipsOf(address).some(({ sets }) => sets.has(collections.clusterIPs))
      ? 'cluster IP'
      : 'address';
  }

  /** Undefined when elements name all addresses of the class with this port. */
  function portDestination(
    key: string,
    addressClass: AddressClass,
    isLocal: boolean,
  ): Destination | undefined {
    const to = parsePortKey(key);
    const address = addressClass.addresses.find((each) => isUnnamed(each, to));
    if (address === undefined) return undefined;
    // Node ports are ports of the node: at any other address they are ports like all others.
    const element = isLocal
      ? (after.index.byPort.get(key)?.element ?? before.index.byPort.get(key)?.element)
      : undefined;
    const name = `node port ${to.port}/${to.protocol.toUpperCase()}`;
    return {
      family,
      ...to,
      protocols: [to.protocol],
      isOnePort: true,
      kind: element === undefined ? 'region' : 'node port',
      address,
      isLocal,
      servicePort: element && namedOwner(element),
      ...(element === undefined
        ? regionLabel(addressClass, pair, isLocal)
        : {
            label: addressClass.isLoopback
              ? `${name} on the loopback`
              : addressClass.isChanged
                ? `${name} on ${nodeAddressesText(addressClass, pair, classes)}`
                : name,
          }),
    };
  }

  function regionDestination(
    protocol: PacketProtocol,
    addressClass: AddressClass,
    isLocal: boolean,
  ): Destination | undefined {
    const port = protocol === 'icmp' ? 0 : unusedPort(protocol);
    const address = addressClass.addresses.find((each) => isUnnamed(each, { protocol, port }));
    return address === undefined
      ? undefined
      : {
          family,
          kind: 'region',
          address,
          protocol,
          protocols: [protocol],
          port,
          isOnePort: false,
          isLocal,
          servicePort: undefined,
          ...regionLabel(addressClass, pair, isLocal),
        };
  }

  function isUnnamed(
    address: string,
    to: { readonly protocol: string; readonly port: number },
  ): boolean {
    const key = destinationKey(address, to);
    return !before.index.byAddress.has(key) && !after.index.byAddress.has(key);
  }

  /** A port that no element and no rule names with an address of a class, or without one. */
  function unusedPort(protocol: string): number {
    let port = 9;
    while (
      ports.has(portKey({ protocol, port })) ||
      classes.some(({ addresses }) =>
        addresses.every((each) => !isUnnamed(each, { protocol, port })),
      )
    )
      port += 1;
    return port;
  }
}

/** The first destination of a class, and what came of trying it. */
interface Representative {
  readonly equivalence: EquivalenceClass;
  readonly compared: ComparedDestination | undefined;
}

/** An address of the node is local; others may be, unless they belong to Services. */
const localities = ({ isNode, isLoopback, mayBeNode }: AddressClass): readonly boolean[] =>
  isNode || isLoopback ? [true] : mayBeNode ? [false, true] : [false];

function* unionOfKeys(
  a: ReadonlyMap<string, unknown>,
  b: ReadonlyMap<string, unknown>,
): Iterable<string> {
  yield* a.keys();
  for (const key of b.keys()) if (!a.has(key)) yield key;
}

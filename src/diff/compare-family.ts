import { frontendOf, servicePortOf } from '../explain/frontends.ts';
import type { PacketProtocol } from '../explain/packet.ts';
import type { AnyElement } from '../explain/prepare.ts';
import { formatAddressPort } from '../net/address.ts';
import { collections } from '../ruleset/nftables/names.ts';
import { type AddressClass, addressClasses } from './address-classes.ts';
import { type ComparedDestination, destinationComparer } from './compare-destination.ts';
import { type Destination, destinationKey, parseDestinationKey, portKey } from './destination.ts';
import { addressText } from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';
import { regionLabel } from './region-label.ts';
import { findSuspects } from './suspects.ts';

/**
 * Every destination of a family at which some packet differs. The space of destinations is covered by
 * three kinds: an address and port that elements name; a port that elements or rules name, at each
 * class of the other addresses; any other port, at each class of addresses.
 */
export function compareFamily(pair: FamilyPair): readonly ComparedDestination[] {
  const { before, after, program, family, nodeAddresses } = pair;
  const compare = destinationComparer(pair);
  const suspects = findSuspects(pair);
  const found: ComparedDestination[] = [];
  const alike = new Map<string, boolean>();

  /** Tries the destination as what it is; then, where it could be the node's, as that. */
  const tryBoth = (destination: Destination): ComparedDestination | undefined =>
    compare(destination) ??
    (destination.isLocal ? undefined : compare({ ...destination, isLocal: true }));

  /** Whether a destination of this shape, whose elements are the same, can be skipped. */
  const isAlike = (shape: string, attempt: () => ComparedDestination | undefined): boolean => {
    const known = alike.get(shape);
    if (known !== undefined) return known;
    const result = attempt() === undefined;
    alike.set(shape, result);
    return result;
  };

  for (const key of unionOfKeys(before.index.byAddress, after.index.byAddress)) {
    const attempt = () => tryBoth(namedDestination(key));
    if (!suspects.isAddressSuspect(key)) {
      if (!program.isProgramChanged) continue;
      if (isAlike(suspects.addressShape(key), attempt)) continue;
    }
    push(attempt());
  }

  const classes = addressClasses(pair);
  const ports = new Set([
    ...unionOfKeys(before.index.byPort, after.index.byPort),
    ...pair.constants.ports,
  ]);
  classes.forEach((addressClass, number) => {
    const isSuspect = program.isProgramChanged || addressClass.isChanged;
    for (const isLocal of localities(addressClass)) {
      for (const key of ports) {
        const attempt = () => compareAt(portDestination(key, addressClass, isLocal));
        if (!suspects.isPortSuspect(key)) {
          if (!isSuspect) continue;
          if (isAlike(`${number} ${isLocal} ${suspects.portShape(key)}`, attempt)) continue;
        }
        push(attempt());
      }
      if (!isSuspect) continue;
      for (const protocol of ['tcp', 'udp', 'sctp', 'icmp'] as const)
        push(compareAt(regionDestination(protocol, addressClass, isLocal)));
    }
  });
  return found;

  function compareAt(destination: Destination | undefined): ComparedDestination | undefined {
    return destination === undefined ? undefined : compare(destination);
  }

  function push(compared: ComparedDestination | undefined): void {
    if (compared !== undefined) found.push(compared);
  }

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
      port,
      isLocal: nodeAddresses.has(address),
      servicePort: element && servicePortOf(element),
      label: kind === 'address' ? where : `${kind} ${where}`,
    };
  }

  /** A listing of the kernel has no comment block that says what kind of address it is. */
  function kindOf(element: AnyElement, address: string): Destination['kind'] {
    if (!('verdict' in element) || element.key.length !== 3) return 'address';
    const { kind } = frontendOf(element);
    if (kind !== 'address') return kind;
    const sets = addressText(before.index, address) + addressText(after.index, address);
    return sets.includes(`${collections.clusterIPs}=`) ? 'cluster IP' : 'address';
  }

  /** Undefined when elements name all addresses of the class with this port. */
  function portDestination(
    key: string,
    addressClass: AddressClass,
    isLocal: boolean,
  ): Destination | undefined {
    const [protocol = '', port = ''] = key.split(' ');
    const to = { protocol: protocol as PacketProtocol, port: Number(port) };
    const address = addressClass.addresses.find((each) => isUnnamed(each, to));
    if (address === undefined) return undefined;
    const element = after.index.byPort.get(key)?.element ?? before.index.byPort.get(key)?.element;
    const name = `node port ${port}/${protocol.toUpperCase()}`;
    return {
      family,
      ...to,
      kind: element === undefined ? 'region' : 'node port',
      address,
      isLocal,
      servicePort: element && servicePortOf(element),
      label:
        element === undefined
          ? regionLabel(addressClass, pair, isLocal)
          : addressClass.isChanged || addressClass.isLoopback
            ? `${name} on ${address}`
            : name,
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
          port,
          isLocal,
          servicePort: undefined,
          label: regionLabel(addressClass, pair, isLocal),
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

/** An address of the node is local; others may be, unless they belong to Services. */
const localities = ({ isNode, isLoopback, mayBeNode }: AddressClass): readonly boolean[] =>
  isNode || isLoopback ? [true] : mayBeNode ? [false, true] : [false];

const unionOfKeys = (
  a: ReadonlyMap<string, unknown>,
  b: ReadonlyMap<string, unknown>,
): ReadonlySet<string> => new Set([...a.keys(), ...b.keys()]);

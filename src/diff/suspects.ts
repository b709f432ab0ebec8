import { isLoopback } from '../explain/packet.ts';
import { parseAddress } from '../net/address.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { parseDestinationKey, portKey } from './destination.ts';
import { addressText, type DestinationFacts, type DestinationIndex } from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';

/**
 * Finds out cheaply where the sides cannot differ: what becomes of a packet depends only on the rules
 * and on the elements for its destination and for where DNAT sends it. Where all of that is the same
 * text on both sides, so is the behaviour, and no packet has to be tried.
 */
export interface Suspects {
  /** The elements for an address and port differ, or lead to something that differs. */
  readonly isAddressSuspect: (key: string) => boolean;
  readonly isPortSuspect: (key: string) => boolean;
  readonly isAddressTextChanged: (address: string) => boolean;
  /**
   * Destinations with equal shapes are alike but for the names of addresses: when the elements are not
   * suspect and one of them behaves the same on both sides, so do all.
   */
  readonly addressShape: (key: string) => string;
  readonly portShape: (key: string) => string;
}

export function findSuspects({
  before,
  after,
  program,
  constants,
  nodeAddresses,
}: FamilyPair): Suspects {
  const changedAddresses = remember((address: string) => {
    return addressText(before.index, address) !== addressText(after.index, address);
  });
  const ports = remember((key: string) =>
    differ(before.index.byPort.get(key), after.index.byPort.get(key)),
  );
  const targets = remember((key: string) => {
    const { address } = parseDestinationKey(key);
    return (
      changedAddresses(address) ||
      ports(portKey(parseDestinationKey(key))) ||
      factsDiffer(before.index.byAddress.get(key), after.index.byAddress.get(key))
    );
  });

  function factsDiffer(a: DestinationFacts | undefined, b: DestinationFacts | undefined): boolean {
    if (a === undefined || b === undefined) return a !== b;
    if (a.texts.length !== b.texts.length) return true;
    if (a.chains.some((chain) => program.changedChains.has(chain))) return true;
    if (a.texts.every((text, i) => text === b.texts[i])) return false;
    return [...a.texts].sort().join('\n') !== [...b.texts].sort().join('\n');
  }
  const differ = (a: DestinationFacts | undefined, b: DestinationFacts | undefined): boolean =>
    factsDiffer(a, b) || (a?.targets ?? []).some(targets);

  const sourceNetworks = [...constants.sourceNetworks];
  const endpointShape = remember((key: string): string => {
    const { address } = parseDestinationKey(key);
    const facts = before.index.byAddress.get(key);
    return [
      ...(facts?.texts ?? []).map((text) => text.replace(`<${address}`, '<self')),
      addressText(before.index, address),
      nodeAddresses.has(address) || isLoopback(address) ? 'local' : '',
      // Its own address is a source too: whether it counts as a pod's.
      ...sourceNetworks.map((network) => isWithin(address, network)),
    ].join(',');
  });
  const shapeOf = (facts: DestinationFacts | undefined): string =>
    facts === undefined
      ? ''
      : [
          ...facts.texts.map((text) => text.replace(/=.*$/, '')),
          ...facts.targets.map(endpointShape),
        ].join(';');
  const { index }: { readonly index: DestinationIndex } = before;
  const portShape = (key: string): string => shapeOf(index.byPort.get(key));
  return {
    isAddressSuspect: (key) => {
      const destination = parseDestinationKey(key);
      return (
        differ(index.byAddress.get(key), after.index.byAddress.get(key)) ||
        ports(portKey(destination)) ||
        changedAddresses(destination.address)
      );
    },
    isPortSuspect: ports,
    isAddressTextChanged: changedAddresses,
    addressShape: (key) => {
      const destination = parseDestinationKey(key);
      const { protocol } = destination;
      const facts = index.byAddress.get(key);
      return [
        protocol,
        shapeOf(facts),
        // Which of its ranges an endpoint is in is not worth telling.
        facts !== undefined && facts.sources.length > 0 ? key : '',
        portShape(portKey(destination)),
        endpointShape(key),
      ].join('|');
    },
    portShape: (key) => `${key.split(' ')[0]}|${portShape(key)}`,
  };
}

function isWithin(address: string, network: string): boolean {
  const cidr = parseCidr(network);
  const parsed = parseAddress(address);
  return cidr === undefined
    ? address === network
    : parsed !== undefined && cidrContains(cidr, parsed);
}

function remember<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key);
    if (value !== undefined) return value;
    const computed = compute(key);
    known.set(key, computed);
    return computed;
  };
}

import type { Behaviour } from './behaviour.ts';
import type { ClientClass } from './client-classes.ts';
import type { ComparedDestination } from './compared-destination.ts';
import { type Destination, parseDestinationKey } from './destination.ts';
import type { EquivalenceClass } from './equivalence.ts';

/**
 * Translates the result of one destination to another of the same class.
 *
 * @returns undefined where the packets that were sent would not do: a client or the destination is one
 * of the other's endpoints. It has to be tried itself.
 */
export function translate(
  compared: ComparedDestination,
  from: EquivalenceClass,
  to: EquivalenceClass,
  destination: Destination,
): ComparedDestination | undefined {
  const targets = new Map(from.targets.map((target, i) => [target, to.targets[i] ?? target]));
  const addresses = new Map(
    [...targets].map(([a, b]) => [parseDestinationKey(a).address, parseDestinationKey(b).address]),
  );
  const taken = new Set([...addresses.values(), destination.address]);
  const isUsable = compared.results.every(
    ({ client }) => addresses.has(client.address) || !taken.has(client.address),
  );
  if (
    !isUsable ||
    compared.isAssumed ||
    addresses.has(compared.destination.address) ||
    addresses.size !== new Set(addresses.values()).size
  )
    return undefined;
  // An endpoint as a destination of its own may be a client too.
  addresses.set(compared.destination.address, destination.address);

  const protocol = destination.protocol;
  const original = compared.destination;
  const behaviour = ({ branches }: Behaviour): Behaviour => ({
    branches: branches.map((branch) => {
      const key = `${branch.destination} ${protocol} ${branch.destinationPort}`;
      const target = targets.get(key);
      if (target !== undefined) {
        const { address, port } = parseDestinationKey(target);
        return { ...branch, destination: address, destinationPort: port };
      }
      return branch.destination === original.address
        ? { ...branch, destination: destination.address, destinationPort: destination.port }
        : branch;
    }),
  });
  const swap = (text: string): string => addresses.get(text) ?? text;
  return {
    destination,
    mark: compared.mark,
    isAssumed: false,
    results: compared.results.map((result) => ({
      ...result,
      client: {
        ...result.client,
        address: swap(result.client.address),
        ...(result.client.kind === 'self' && selfNames(result.client, swap)),
      },
      packet: {
        ...result.packet,
        source: swap(result.packet.source),
        destination: destination.address,
        destinationPort: destination.port,
      },
      nodeAddresses:
        destination.isLocal && !result.nodeAddresses.has(destination.address)
          ? new Set(
              [...result.nodeAddresses].map((each) =>
                each === original.address ? destination.address : each,
              ),
            )
          : result.nodeAddresses,
      before: behaviour(result.before),
      after: behaviour(result.after),
    })),
  };
}

/** An endpoint that reaches itself is named by its address, and is a network of its own. */
function selfNames({ address, label }: ClientClass, swap: (text: string) => string) {
  const network = swap(address);
  return { network, label: network + label.slice(address.length) };
}

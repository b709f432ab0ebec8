import { NotUnderstoodError } from '../packet/not-understood.ts';
import type { Packet } from '../packet/packet.ts';
import { type Behaviour, behaviourOf, sameBehaviour } from './behaviour.ts';
import { type ClientClass, clientClasses } from './client-classes.ts';
import { type Destination, destinationKey, parseDestinationKey } from './destination.ts';
import { clientSpace, type FamilyPair } from './family-pair.ts';

/** A destination, and what both sides do to each kind of client that connects to it. */
export interface ComparedDestination {
  readonly destination: Destination;
  /** What the packets arrived with; where it is not 0, packets without a mark see no difference. */
  readonly mark: number;
  readonly results: readonly ClientResult[];
}

export interface ClientResult {
  readonly client: ClientClass;
  readonly packet: Packet;
  /** This node's addresses when the packet was sent. */
  readonly nodeAddresses: ReadonlySet<string>;
  readonly before: Behaviour;
  readonly after: Behaviour;
  readonly isDifferent: boolean;
}

export type CompareDestination = (destination: Destination) => ComparedDestination | undefined;

/** Sends one packet of every kind of client, with a mark, through both sides. */
export type AskDestination = (destination: Destination, mark: number) => ComparedDestination;

export function destinationAsker(pair: FamilyPair): AskDestination {
  const { asked } = pair;
  const plain = new Map<ReadonlySet<string>, readonly ClientClass[]>();
  const basicClients = (nodeAddresses: ReadonlySet<string>): readonly ClientClass[] => {
    let classes = plain.get(nodeAddresses);
    if (classes === undefined) {
      classes = clientClasses(clientSpace(pair, nodeAddresses), asked.sources, new Set());
      plain.set(nodeAddresses, classes);
    }
    return classes;
  };
  return (destination, mark) => {
    const nodeAddresses =
      destination.isLocal && !pair.nodeAddresses.has(destination.address)
        ? new Set([...pair.nodeAddresses, destination.address])
        : pair.nodeAddresses;
    const { networks, selves } = distinguishedSources(pair, destination);
    const clients =
      networks.size === 0 && nodeAddresses === pair.nodeAddresses
        ? basicClients(nodeAddresses)
        : clientClasses(clientSpace(pair, nodeAddresses), [...networks, ...asked.sources], selves);
    return {
      destination,
      mark,
      results: clients.flatMap((client) =>
        askUnderstood(pair, destination, client, mark, nodeAddresses),
      ),
    };
  };
}

/**
 * Asks both sides about a destination.
 *
 * @returns a function that gives undefined when no packet to the destination differs: clients with a mark
 * that rules look at are tried when those without one see no difference.
 */
export function destinationComparer(pair: FamilyPair): CompareDestination {
  const askAll = destinationAsker(pair);
  return (destination) => {
    for (const mark of [0, ...pair.constants.marks]) {
      const compared = askAll(destination, mark);
      if (compared.results.some(({ isDifferent }) => isDifferent)) return compared;
    }
    return undefined;
  };
}

/** Nothing, where the packet meets a rule that is not understood: that is told instead. */
function askUnderstood(
  pair: FamilyPair,
  destination: Destination,
  client: ClientClass,
  mark: number,
  nodeAddresses: ReadonlySet<string>,
): readonly ClientResult[] {
  try {
    return [ask(pair, destination, client, mark, nodeAddresses)];
  } catch (error) {
    if (!(error instanceof NotUnderstoodError) || pair.onNotUnderstood === undefined) throw error;
    pair.onNotUnderstood(destination, error.met);
    return [];
  }
}

function ask(
  { before, after }: FamilyPair,
  destination: Destination,
  client: ClientClass,
  mark: number,
  nodeAddresses: ReadonlySet<string>,
): ClientResult {
  const { family, address, protocol, port } = destination;
  const packet: Packet = {
    family,
    source: client.address,
    destination: address,
    protocol,
    destinationPort: port,
    inInterface: client.inInterface,
    mark,
  };
  const was = behaviourOf(before, packet, nodeAddresses);
  const is = behaviourOf(after, packet, nodeAddresses);
  return {
    client,
    packet,
    nodeAddresses,
    before: was,
    after: is,
    isDifferent: !sameBehaviour(was, is),
  };
}

interface Sources {
  readonly networks: ReadonlySet<string>;
  /** Addresses among them that are of the destination itself, or of where it is sent. */
  readonly selves: ReadonlySet<string>;
}

/**
 * Networks that elements of the destination, or of where it is sent, tell sources apart by. Endpoints
 * that are treated alike when they reach themselves need no try of their own, unless the rules differ.
 */
function distinguishedSources(
  { before, after, program, isEveryDestinationTried }: FamilyPair,
  destination: Destination,
): Sources {
  const key = destinationKey(destination.address, destination);
  const port = `${destination.protocol} ${destination.port}`;
  const sides = [before.index, after.index];
  const facts = sides.flatMap(({ byAddress, byPort }) => [byAddress.get(key), byPort.get(port)]);
  const networks = new Set(facts.flatMap((each) => each?.sources ?? []));
  const targets = new Set(facts.flatMap((each) => each?.targets ?? []));
  const selves = new Set([destination.address]);
  for (const target of targets) {
    selves.add(parseDestinationKey(target).address);
    const [was = [], is = []] = sides.map(({ byAddress }) => byAddress.get(target)?.sources);
    const isDifferent = program.isProgramChanged || was.join() !== is.join();
    if (!isDifferent && !isEveryDestinationTried) continue;
    for (const source of [...was, ...is]) networks.add(source);
  }
  return { networks, selves };
}

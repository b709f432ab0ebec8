import { NotUnderstoodError } from '../packet/not-understood.ts';
import type { Packet } from '../packet/packet.ts';
import { aspectsOf } from './aspects.ts';
import { behaviourOf, sameBehaviour } from './behaviour.ts';
import { type ClientClass, clientClasses, unlistedClients } from './client-classes.ts';
import type { ClientResult, ComparedDestination } from './compared-destination.ts';
import { type Destination, destinationKey, parseDestinationKey, portKey } from './destination.ts';
import { clientSpace, type FamilyPair } from './family-pair.ts';

export type CompareDestination = (destination: Destination) => ComparedDestination | undefined;

/** Sends one packet of every kind of client, with a mark, through both sides. */
export type AskDestination = (
  destination: Destination,
  mark: number,
  /** What is taken to be an address of this node though nobody says so; nothing by default. */
  unlisted?: Unlisted,
) => ComparedDestination;

/**
 * Addresses of this node that nobody listed, such as a bridge's: processes of the node may send from them, and
 * these alone are asked then, or endpoints be at them.
 */
export type Unlisted = 'none' | 'sources' | 'endpoints';

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
  return (destination, mark, unlisted = 'none') => {
    const own =
      destination.isLocal && !pair.nodeAddresses.has(destination.address)
        ? new Set([...pair.nodeAddresses, destination.address])
        : pair.nodeAddresses;
    const targets =
      unlisted === 'endpoints'
        ? targetsOf(pair, destination).filter((address) => address !== destination.address)
        : [];
    const { networks, selves } = distinguishedSources(pair, destination);
    const sources = [...networks, ...asked.sources];
    const space = clientSpace(pair, own);
    const compared = { destination, mark, isAssumed: unlisted !== 'none' };
    if (unlisted === 'sources')
      return {
        ...compared,
        results: unlistedClients(space, sources, destination.address).flatMap((client) =>
          askUnderstood(pair, destination, client, mark, new Set([...own, client.address])),
        ),
      };
    const known =
      networks.size === 0 && own === pair.nodeAddresses
        ? basicClients(own)
        : clientClasses(space, sources, selves);
    const nodeAddresses = targets.length === 0 ? own : new Set([...own, ...targets]);
    // Nobody else can send from an address of this node.
    const clients = known.filter(
      ({ kind, address }) => kind === 'node' || kind === 'loopback' || !nodeAddresses.has(address),
    );
    const results = clients.flatMap((client) =>
      askUnderstood(pair, destination, client, mark, nodeAddresses),
    );
    return { ...compared, results };
  };
}

/** Addresses where either side may send packets to the destination. */
const targetsOf = (pair: FamilyPair, destination: Destination): readonly string[] =>
  factsOf(pair, destination)
    .flat()
    .flatMap((facts) => facts.targets.map((target) => parseDestinationKey(target).address));

/** What the elements of each side say of a destination, the old side first. */
function factsOf({ before, after }: FamilyPair, destination: Destination) {
  const key = destinationKey(destination.address, destination);
  const port = portKey(destination);
  return [before.index, after.index].map(({ byAddress, byPort }) =>
    [byAddress.get(key), byPort.get(port)].filter((facts) => facts !== undefined),
  );
}

/**
 * Asks both sides about a destination.
 *
 * @returns a function that gives undefined when no packet to the destination differs: addresses of the node that
 * nobody listed, and clients with a mark that rules look at, are tried when there is no difference without them.
 */
export function destinationComparer(pair: FamilyPair): CompareDestination {
  const askAll = destinationAsker(pair);
  const differs = ({ results }: ComparedDestination): boolean =>
    results.some(({ isDifferent }) => isDifferent);
  return (destination) => {
    const plain = askAll(destination, 0);
    if (differs(plain)) return plain;
    // Whoever did not write natc's rules may tell such addresses apart everywhere: there they are taken for granted.
    for (const unlisted of pair.isEveryDestinationTried ? [] : assumptions) {
      const assumed = askAll(destination, 0, unlisted);
      if (assumed.results.some(differsInMore)) return named(assumed, unlisted, plain);
    }
    for (const mark of pair.constants.marks) {
      const marked = askAll(destination, mark);
      if (differs(marked)) return marked;
    }
    return undefined;
  };
}

/** The mark alone, on a packet to an address that may be none of the node's, is not worth a line. */
const differsInMore = (result: ClientResult): boolean =>
  result.isDifferent && aspectsOf(result).some(({ type }) => type !== 'MARK_CHANGED');

const assumptions = ['endpoints', 'sources'] as const satisfies readonly Unlisted[];

/** What was assumed of endpoints is said of the destination; of sources it is in the names of clients. */
function named(
  assumed: ComparedDestination,
  unlisted: Unlisted,
  plain: ComparedDestination,
): ComparedDestination {
  if (unlisted === 'sources')
    return { ...assumed, results: [...plain.results, ...assumed.results] };
  const { destination } = assumed;
  const label = `${destination.label}, where an endpoint is an unlisted address of this node`;
  return { ...assumed, destination: { ...destination, label } };
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
 * Networks that elements of the destination, or of where it is sent, tell sources apart by. Endpoints that both sides
 * send to, and treat alike when they reach themselves, need no try of their own, unless the rules differ.
 */
function distinguishedSources(pair: FamilyPair, destination: Destination): Sources {
  const { before, after, program, isEveryDestinationTried } = pair;
  const sides = [before.index, after.index];
  const facts = factsOf(pair, destination);
  const networks = new Set(facts.flat().flatMap(({ sources }) => sources));
  const [old, now] = facts.map((of) => new Set(of.flatMap(({ targets }) => targets)));
  const selves = new Set([destination.address]);
  for (const target of new Set([...(old ?? []), ...(now ?? [])])) {
    selves.add(parseDestinationKey(target).address);
    const [was = [], is = []] = sides.map(({ byAddress }) => byAddress.get(target)?.sources);
    const isAsBefore = old?.has(target) === now?.has(target);
    const isDifferent = program.isProgramChanged || !isAsBefore || was.join() !== is.join();
    if (!isDifferent && !isEveryDestinationTried) continue;
    for (const source of [...was, ...is]) networks.add(source);
  }
  return { networks, selves };
}

import { addressClasses } from '../diff/address-classes.ts';
import { answerOf } from '../diff/answer.ts';
import { behaviourOf } from '../diff/behaviour.ts';
import type { ClientResult, ComparedDestination } from '../diff/compared-destination.ts';
import { type Destination, destinationKey, portKey } from '../diff/destination.ts';
import type { FamilyPair } from '../diff/family-pair.ts';
import { isWithin } from '../net/cidr.ts';
import type { NftFamily } from '../net/family.ts';
import { naturalCompare } from '../net/natural-compare.ts';
import { collections } from '../nftables/names.ts';
import { isLoopback } from '../packet/packet.ts';
import type { Origin } from '../plan/plan.ts';
import { type Admission, admittedSources, type NodeSources } from './admitted.ts';
import { type ClientGroup, isInGroup } from './clients.ts';
import type { FamilySurvey } from './survey.ts';

/** One address and port, or node port, that answers some of the clients. */
export interface ExposureRow {
  readonly kind: Destination['kind'];
  /** An address, or `node`, `node (IPv4)`, `loopback (IPv6)` and the like for a node port. */
  readonly address: string;
  /** Undefined: any port, of any protocol. */
  readonly port: number | undefined;
  readonly protocol: string | undefined;
  /** `shop/web`, and the name of its port or ''; undefined where no Service answers. */
  readonly service: string | undefined;
  readonly portName: string;
  /** Of the clients asked about, those that are answered: `all`, or networks. */
  readonly admitted: readonly string[];
  /** The field that makes it so, where manifests were given. */
  readonly origin: Origin | undefined;
  /** Those on which it is so, where each node of a cluster is asked; in the order of their names. */
  readonly nodes?: readonly string[];
}

export interface Exposure {
  readonly rows: readonly ExposureRow[];
  /** How many cluster IPs and ports of them were left out, as nobody outside is meant to have a route to them. */
  readonly clusterIPs: number;
  /** All that were asked, where each node of a cluster is. */
  readonly nodes?: readonly string[];
}

/**
 * Whether a packet gets where it was not already: DNAT chooses an endpoint for it, or the loopback of this node
 * is open to another machine.
 */
export function isReached({ packet, after }: Pick<ClientResult, 'packet' | 'after'>): boolean {
  const { kind } = answerOf(after);
  if (kind === 'served') return true;
  return kind === 'passed' && packet.inInterface !== '' && isLoopback(packet.destination);
}

/**
 * Every address and port that answers clients of a group, in a stable order.
 *
 * @param withClusterIPs whether to list cluster IPs; otherwise they are counted
 */
export function exposureOf(
  surveys: readonly FamilySurvey[],
  group: ClientGroup,
  withClusterIPs: boolean,
): Exposure {
  const rows = surveys.flatMap((survey) => familyRows(survey, group));
  const shown = rows.filter(({ kind }) => withClusterIPs || kind !== 'cluster IP');
  return {
    rows: joinFamilies(shown).toSorted(compareRows),
    clusterIPs: rows.length - shown.length,
  };
}

function familyRows(survey: FamilySurvey, group: ClientGroup): readonly ExposureRow[] {
  const { pair, destinations, judgeClient } = survey;
  const found = destinations.flatMap((compared) => {
    const asked = compared.results.filter(({ client }) => isInGroup(group, client, judgeClient));
    const admissions = asked.flatMap((result): readonly Admission[] => {
      const isAnswered = isReached(result);
      // A process that binds the loopback to connect elsewhere: martian, or as other processes.
      const isOdd = result.client.kind === 'loopback' && !isLoopback(result.packet.destination);
      return isOdd && !isAnswered ? [] : [{ client: result.client, isAnswered }];
    });
    if (!admissions.some(({ isAnswered }) => isAnswered)) return [];
    return [{ compared, admitted: admittedSources(admissions, nodeSources(pair, compared)) }];
  });
  const named = found.filter(({ compared }) => compared.destination.kind !== 'node port');
  const nodePorts = found.filter(({ compared }) => compared.destination.kind === 'node port');
  return [
    ...named.map(({ compared, admitted }) =>
      rowOf(survey, compared, admitted, addressOf(compared.destination)),
    ),
    ...nodePortRows(survey, nodePorts),
  ];

  function addressOf({ kind, address }: Destination): string {
    return kind === 'region' && isLoopback(address) ? loopbackOf(pair.family) : address;
  }
}

function nodeSources({ after, family }: FamilyPair, { results }: ComparedDestination): NodeSources {
  const [first] = results;
  const addresses = first?.nodeAddresses ?? new Set();
  return {
    addresses: [...addresses].filter((each) => each.includes(':') === (family === 'ip6')),
    isAnswered: (source) => {
      if (first === undefined) return false;
      const packet = { ...first.packet, source, inInterface: '' };
      return isReached({ packet, after: behaviourOf(after, packet, addresses) });
    },
  };
}

interface Found {
  readonly compared: ComparedDestination;
  readonly admitted: readonly string[];
}

/**
 * A node port is found at each class of addresses. It is told of `node` where all known addresses of the node have
 * it, and of networks that the node may have addresses in only where no known one has it.
 */
function nodePortRows(survey: FamilySurvey, found: readonly Found[]): readonly ExposureRow[] {
  const { pair } = survey;
  const classes = addressClasses(pair);
  const { byAddress } = pair.after.index;
  const groups = new Map<string, Found[]>();
  for (const each of found) {
    const key = portKey(each.compared.destination);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((list) => {
    const loopback = list.filter(({ compared }) => isLoopback(compared.destination.address));
    const own = list.filter(({ compared }) => pair.nodeAddresses.has(compared.destination.address));
    const other = list.filter((each) => !loopback.includes(each) && !own.includes(each));
    return [
      ...loopbackRows(loopback),
      ...ownRows(own),
      ...(own.length > 0
        ? []
        : other.map((each) => row(each, `node in ${listeningNetwork(each)}`))),
    ];
  });

  function row({ compared, admitted }: Found, address: string): ExposureRow {
    return rowOf(survey, compared, admitted, address);
  }

  function ownRows(own: readonly Found[]): readonly ExposureRow[] {
    const each = own.flatMap((item) =>
      addressesOf(item.compared.destination).map((address) => ({ item, address })),
    );
    const [first] = own;
    const isEverywhere =
      each.length === pair.nodeAddresses.size &&
      new Set(own.map(({ admitted }) => admitted.join())).size === 1;
    if (first !== undefined && isEverywhere) return [row(first, nodeOf(pair.family))];
    return each.map(({ item, address }) => row(item, address));
  }

  /** All addresses of the class that no element names with the port. */
  function addressesOf(destination: Destination): readonly string[] {
    const addressClass = classes.find(
      ({ addresses, isNode }) => isNode && addresses.includes(destination.address),
    );
    const addresses = addressClass?.addresses ?? [destination.address];
    return [...new Set(addresses)].filter(
      (address) => !byAddress.has(destinationKey(address, destination)),
    );
  }

  function loopbackRows(own: readonly Found[]): readonly ExposureRow[] {
    const isWhole = own.length === classes.filter((each) => each.isLoopback).length;
    return own.map((each) => row(each, isWhole ? loopbackOf(pair.family) : listeningNetwork(each)));
  }

  /** The smallest network of those that node ports listen in. */
  function listeningNetwork({ compared: { destination } }: Found): string {
    const listening = pair.after.index.addressSets
      .filter(({ name }) => name === collections.nodePortAddresses)
      .flatMap(({ networks }) => networks)
      .filter((network) => isWithin(destination.address, network))
      .toSorted((a, b) => prefixOf(b) - prefixOf(a));
    return listening[0] ?? destination.address;
  }
}

/** Of a single address, more than any. */
const prefixOf = (network: string): number => Number(network.split('/')[1] ?? 999);

const nodeOf = (family: NftFamily): string => (family === 'ip' ? 'node (IPv4)' : 'node (IPv6)');
const loopbackOf = (family: NftFamily): string =>
  family === 'ip' ? 'loopback (IPv4)' : 'loopback (IPv6)';

function rowOf(
  { pair: { after } }: FamilySurvey,
  { destination }: ComparedDestination,
  admitted: readonly string[],
  address: string,
): ExposureRow {
  const { kind, port, protocol, servicePort } = destination;
  const element = (
    kind === 'node port'
      ? after.index.byPort.get(portKey(destination))
      : after.index.byAddress.get(destinationKey(destination.address, destination))
  )?.element;
  const isRegion = kind === 'region';
  return {
    kind,
    address,
    port: isRegion ? undefined : port,
    protocol: isRegion ? undefined : protocol.toUpperCase(),
    service: isRegion ? undefined : servicePort?.service,
    portName: servicePort?.portName ?? '',
    admitted,
    origin: element?.origin,
  };
}

/** `node (IPv4)` and `node (IPv6)` of the same port, with the same clients, are `node`. */
function joinFamilies(rows: readonly ExposureRow[]): readonly ExposureRow[] {
  const joined = new Map<string, ExposureRow>();
  for (const row of rows) {
    const { address, kind, port, protocol, service, portName, admitted } = row;
    const plain = ofFamily.get(address) ?? address;
    const key = [plain, kind, port, protocol, service, portName, admitted.join()].join(' ');
    const same = joined.get(key);
    joined.set(
      key,
      same === undefined || same.address === address ? row : { ...same, address: plain },
    );
  }
  return [...joined.values()];
}

/** What the addresses of a node are called of one family, and of both. */
const ofFamily: ReadonlyMap<string, string> = new Map(
  (['ip', 'ip6'] as const).flatMap((family) => [
    [nodeOf(family), 'node'] as const,
    [loopbackOf(family), 'loopback'] as const,
  ]),
);

export const compareRows = (a: ExposureRow, b: ExposureRow): number =>
  Number(isNodeRow(a)) - Number(isNodeRow(b)) ||
  naturalCompare(a.address, b.address) ||
  (a.port ?? 0) - (b.port ?? 0) ||
  naturalCompare(a.protocol ?? '', b.protocol ?? '') ||
  naturalCompare(a.service ?? '', b.service ?? '') ||
  naturalCompare(a.admitted.join(), b.admitted.join());

const isNodeRow = ({ kind }: ExposureRow): boolean => kind === 'node port' || kind === 'region';

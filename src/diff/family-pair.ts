import type { IpFamily, NftFamily } from '../net/family.ts';
import type { Ruleset, Table } from '../nftables/ast.ts';
import { hasLoopbackGuard } from '../nftables/simulate/loopback-guard.ts';
import { prepare } from '../nftables/simulate/prepare.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import { askNftables } from './ask-nftables.ts';
import type { Side } from './behaviour.ts';
import type { ClientSpace } from './client-classes.ts';
import type { Destination } from './destination.ts';
import { type DestinationIndex, indexDestinations, noDestinations } from './destination-index.ts';
import {
  compareProgram,
  constantsOf,
  type ProgramConstants,
  type ProgramDifference,
} from './program.ts';
import { withoutPins } from './without-pins.ts';

/** The two sides of one family with everything that comparing them needs. */
export interface FamilyPair {
  readonly family: NftFamily;
  readonly ipFamily: IpFamily;
  readonly before: PairSide;
  readonly after: PairSide;
  readonly program: ProgramDifference;
  readonly constants: ProgramConstants;
  /** This node's addresses of the family, as far as they are known. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** Whether they are known to be the node's; else one was taken for granted. */
  readonly isNodeKnown: boolean;
  /** Networks that are called this node's pods; others are called by their addresses. */
  readonly ownPodNetworks: ReadonlySet<string>;
  /** Nothing is concluded from equal elements: a packet is sent to every destination. */
  readonly isEveryDestinationTried: boolean;
  /** Takes what could not be compared, since a rule of a listing is not understood. */
  readonly onNotUnderstood?: (destination: Destination, met: NotUnderstood) => void;
  /** What is told apart although no rule does. */
  readonly asked: AskedNetworks;
}

/** Networks and single addresses that somebody asks about. */
export interface AskedNetworks {
  readonly sources: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
}

export interface PairSide extends Side {
  readonly table: Table | undefined;
  readonly index: DestinationIndex;
}

/** @param nodeAddresses of both families, canonical, without the loopback */
export function pairFamily(
  family: NftFamily,
  before: Ruleset,
  after: Ruleset,
  nodeAddresses: ReadonlySet<string>,
): FamilyPair {
  const sides = { before: sideOf(family, before), after: sideOf(family, after) };
  return {
    family,
    ipFamily: family === 'ip' ? 'IPv4' : 'IPv6',
    ...sides,
    program: compareProgram(sides.before.table, sides.after.table),
    constants: constantsOf([sides.before.table, sides.after.table]),
    nodeAddresses: new Set(
      [...nodeAddresses].filter((address) => address.includes(':') === (family === 'ip6')),
    ),
    isNodeKnown: true,
    ownPodNetworks: new Set(),
    isEveryDestinationTried: false,
    asked: { sources: new Set(), destinations: new Set() },
  };
}

export const clientSpace = (
  { ipFamily, constants, ownPodNetworks }: FamilyPair,
  nodeAddresses: ReadonlySet<string>,
): ClientSpace => ({ family: ipFamily, constants, nodeAddresses, ownPodNetworks });

/** @throws where a side has several tables of the family: natc never makes them. */
function sideOf(family: NftFamily, ruleset: Ruleset): PairSide {
  const tables = ruleset.tables.filter((table) => table.family === family).map(withoutPins);
  if (tables.length > 1) throw new Error(`several tables of family ${family}`);
  const [table] = tables;
  return {
    table,
    branchesOf: askNftables(prepare({ tables })),
    index: table === undefined ? noDestinations : indexDestinations(table),
    routeLocalnet: table !== undefined && hasLoopbackGuard(table),
  };
}

/**
 * The simulator for iptables: what the kernel would do to the first packet of a connection, computed
 * from the rules as they are printed. Random matches are not drawn: both ways are followed. The order
 * of tables is that of iptables(8); built-in chains hold nothing but natc's jumps, and their policy is
 * ACCEPT.
 */

import { mergeBranches, type Outcome } from '../../packet/outcome.ts';
import type { Packet, SimulatedHost } from '../../packet/packet.ts';
import { followRoutes, type HookName } from '../../packet/route.ts';
import type { BuiltInChain, IptablesChain, IptablesRuleset } from '../ast.ts';
import {
  type IptablesState,
  type IptablesSurroundings,
  type IptablesTrace,
  type RecentLists,
  walkIptablesChain,
  withIptablesStep,
} from './walk.ts';

/** A ruleset with the indexes that make running many packets through it cheap. */
export interface PreparedIptables {
  readonly hooks: ReadonlyMap<BuiltInChain, readonly Entrance[]>;
}

/** Natc's chain in one table that a hook leads to. */
interface Entrance {
  readonly table: IptablesSurroundings['table'];
  readonly chains: ReadonlyMap<string, IptablesChain>;
  readonly chain: string;
}

/** The kernel runs mangle before nat where destinations are changed, and filter behind it. */
const order: readonly IptablesSurroundings['table'][] = ['mangle', 'nat', 'filter'];

export function prepareIptables(ruleset: IptablesRuleset): PreparedIptables {
  const hooks = new Map<BuiltInChain, Entrance[]>();
  for (const name of order) {
    for (const table of ruleset.tables.filter((candidate) => candidate.name === name)) {
      const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
      for (const { from, to } of table.jumps) {
        const entrances = hooks.get(from) ?? [];
        entrances.push({ table: name, chains, chain: to });
        hooks.set(from, entrances);
      }
    }
  }
  return { hooks };
}

/**
 * @param recent who is on the lists of session affinity
 * @returns every way the packet can go, with its probability
 */
export function interpretIptables(
  { hooks }: PreparedIptables,
  packet: Packet,
  host: SimulatedHost,
  recent: RecentLists = new Map(),
): Outcome<IptablesTrace> {
  const start: IptablesState = {
    packet,
    destinationBound: false,
    sourceBound: false,
    chosen: false,
    masqueraded: false,
    probability: 1,
    trace: undefined,
  };
  const branches = followRoutes<IptablesTrace, IptablesState, Entrance>(
    {
      host,
      at: (hook) => hooks.get(builtIn[hook]) ?? [],
      isNat: ({ table }) => table === 'nat',
      walk: ({ table, chains, chain }, before, name) => {
        const hook = builtIn[name];
        const entered = withIptablesStep(before, { kind: 'hook', hook, table, chain });
        return walkIptablesChain(chain, entered, { table, chains, host, recent });
      },
      routed: (state, to) =>
        withIptablesStep(state, { kind: 'route', to, destination: state.packet.destination }),
    },
    start,
  );
  return { branches: mergeBranches(branches) };
}

const builtIn: Readonly<Record<HookName, BuiltInChain>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

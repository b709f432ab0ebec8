/**
 * The simulator for iptables: what the kernel would do to the first packet of a connection, computed
 * from the rules as they are printed. Random matches are not drawn: both ways are followed. The order
 * of hooks and tables is that of iptables(8); built-in chains hold nothing but natc's jumps, and their
 * policy is ACCEPT.
 */

import { type Branch, branchOf, mergeBranches, type Outcome } from '../../packet/outcome.ts';
import { type Host, isLocal, isLoopback, type Packet } from '../../packet/packet.ts';
import type { Route } from '../../packet/route.ts';
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
  host: Host,
  recent: RecentLists = new Map(),
): Outcome<IptablesTrace> {
  const way: Way = { hooks, host, recent };
  const start: IptablesState = {
    packet,
    destinationBound: false,
    sourceBound: false,
    chosen: false,
    masqueraded: false,
    probability: 1,
    trace: undefined,
  };
  const branches = packet.inInterface === '' ? sendFromHere(way, start) : receive(way, start);
  return { branches: mergeBranches(branches) };
}

type IptablesBranch = Branch<IptablesTrace>;

interface Way extends PreparedIptables {
  readonly host: Host;
  readonly recent: RecentLists;
}

/** Made on this node: and in again over the loopback when it is for this node. */
function sendFromHere(way: Way, start: IptablesState): readonly IptablesBranch[] {
  if (isStuckOnLoopback(way.host, start.packet))
    return [branchOf(route(start, 'martian'), 'martian')];
  return through(way, 'OUTPUT', route(start, 'output'), (sent) => {
    // DNAT makes the kernel route the packet again.
    if (isStuckOnLoopback(way.host, sent.packet))
      return [branchOf(route(sent, 'martian'), 'martian')];
    return through(way, 'POSTROUTING', sent, (left) => {
      if (!isLocal(way.host, left.packet.destination)) return [branchOf(left, 'accept')];
      const inside = { ...left, packet: { ...left.packet, inInterface: 'lo' } };
      return through(way, 'PREROUTING', route(inside, 'loopback'), (received) =>
        deliver(way, received),
      );
    });
  });
}

/** A loopback source reaches no other machine, unless route_localnet lets it out to be masqueraded. */
const isStuckOnLoopback = (host: Host, { source, destination }: Packet): boolean =>
  source.startsWith('127.') && !isLocal(host, destination) && !host.routeLocalnet;

const receive = (way: Way, start: IptablesState): readonly IptablesBranch[] =>
  through(way, 'PREROUTING', start, (received) => {
    const { destination } = received.packet;
    const isRouted = way.host.routeLocalnet && destination !== '::1';
    if (isLoopback(destination) && !isRouted)
      return [branchOf(route(received, 'martian'), 'martian')];
    if (isLocal(way.host, destination)) return deliver(way, route(received, 'input'));
    return through(way, 'FORWARD', route(received, 'forward'), (forwarded) =>
      through(way, 'POSTROUTING', forwarded, (left) => [branchOf(left, 'accept')]),
    );
  });

const route = (state: IptablesState, to: Route): IptablesState =>
  withIptablesStep(state, { kind: 'route', to, destination: state.packet.destination });

const deliver = (way: Way, received: IptablesState): readonly IptablesBranch[] =>
  through(way, 'INPUT', received, (delivered) => [branchOf(delivered, 'accept', true)]);

/** Runs the tables of one hook; `then` is where a packet goes that all of them accept. */
function through(
  way: Way,
  hook: BuiltInChain,
  start: IptablesState,
  then: (state: IptablesState) => readonly IptablesBranch[],
): readonly IptablesBranch[] {
  const branches: IptablesBranch[] = [];
  let walking: readonly IptablesState[] = [start];
  for (const { table, chains, chain } of way.hooks.get(hook) ?? []) {
    const next: IptablesState[] = [];
    for (const before of walking) {
      if (table === 'nat' && isBound(hook, before)) {
        next.push(before);
        continue;
      }
      const surroundings = { table, chains, host: way.host, recent: way.recent };
      const entered = withIptablesStep(before, { kind: 'hook', hook, table, chain });
      for (const { state, end } of walkIptablesChain(chain, entered, surroundings)) {
        if (end === 'accept' || end === 'return') next.push(state);
        else branches.push(branchOf(state, end));
      }
    }
    walking = next;
  }
  for (const state of walking) branches.push(...then(bind(hook, state)));
  return branches;
}

const isBound = (hook: BuiltInChain, state: IptablesState): boolean =>
  hook === 'PREROUTING' || hook === 'OUTPUT' ? state.destinationBound : state.sourceBound;

/** A connection that no rule of nat gave an address to keeps the one it has. */
function bind(hook: BuiltInChain, state: IptablesState): IptablesState {
  switch (hook) {
    case 'PREROUTING':
    case 'OUTPUT':
      return { ...state, destinationBound: true };
    case 'INPUT':
    case 'POSTROUTING':
      return { ...state, sourceBound: true };
    case 'FORWARD':
      return state;
  }
}

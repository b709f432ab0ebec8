/**
 * The simulator: what the kernel would do to the first packet of a connection, computed from the
 * ruleset alone. Random numbers are not drawn: every value they can take is followed. Hooks, the order
 * of chains and what NAT does to later hooks are those of Linux (netfilter hooks; nf_nat_inet_fn: nat
 * chains run once per connection and direction; conntrack keeps its entry over the loopback device).
 */

import { branchOf, mergeBranches } from '../../packet/outcome.ts';
import { type Host, isLocal, isLoopback, type Packet } from '../../packet/packet.ts';
import type { Route } from '../../packet/route.ts';
import type { Hook } from '../ast.ts';
import type { BaseChain, PreparedFamily, PreparedRuleset } from './prepare.ts';
import { type Pins, type State, withStep } from './state.ts';
import type { NftBranch, NftOutcome } from './trace.ts';
import { walkBaseChain } from './walk.ts';

export interface InterpretOptions {
  /** What session affinity has learnt; without it the dynamic maps hold what the ruleset says. */
  readonly pins?: Pins;
}

/**
 * @returns every way the packet can go, with its probability.
 * @throws when a rule names what its table does not have, which the kernel would not have loaded.
 */
export function interpret(
  ruleset: PreparedRuleset,
  packet: Packet,
  host: Host,
  options: InterpretOptions = {},
): NftOutcome {
  const family = ruleset.families.get(packet.family) ?? { hooks: new Map() };
  const way: Way = { family, host, pins: options.pins ?? new Map() };
  const start: State = {
    packet,
    original: { destination: packet.destination, destinationPort: packet.destinationPort },
    destinationBound: false,
    sourceBound: false,
    dnat: false,
    chosen: false,
    masqueraded: false,
    probability: 1,
    trace: undefined,
  };
  const branches = packet.inInterface === '' ? sendFromHere(way, start) : receive(way, start);
  return { branches: mergeBranches(branches) };
}

interface Way {
  readonly family: PreparedFamily;
  readonly host: Host;
  readonly pins: Pins;
}

/** Made on this node: output, postrouting, and in again when it is for this node. */
function sendFromHere(way: Way, start: State): readonly NftBranch[] {
  if (isStuckOnLoopback(way.host, start)) return [branchOf(route(start, 'martian'), 'martian')];
  return through(way, 'output', route(start, 'output'), (sent) =>
    // DNAT makes the kernel route the packet again.
    isStuckOnLoopback(way.host, sent)
      ? [branchOf(route(sent, 'martian'), 'martian')]
      : through(way, 'postrouting', sent, (left) =>
          isLocal(way.host, left.packet.destination)
            ? loopBack(way, left)
            : [branchOf(left, 'accept')],
        ),
  );
}

/** A loopback source cannot reach any other machine: 127.0.0.0/8 only with route_localnet. */
const isStuckOnLoopback = (host: Host, { packet }: State): boolean =>
  packet.source.startsWith('127.') && !isLocal(host, packet.destination) && !host.routeLocalnet;

function loopBack(way: Way, left: State): readonly NftBranch[] {
  const inside: State = { ...left, packet: { ...left.packet, inInterface: 'lo' } };
  return through(way, 'prerouting', route(inside, 'loopback'), (received) =>
    through(way, 'input', received, (delivered) => [branchOf(delivered, 'accept', true)]),
  );
}

const receive = (way: Way, start: State): readonly NftBranch[] =>
  through(way, 'prerouting', start, (received) => {
    const { destination } = received.packet;
    if (isLoopback(destination) && !(way.host.routeLocalnet && destination !== '::1')) {
      return [branchOf(route(received, 'martian'), 'martian')];
    }
    return isLocal(way.host, destination)
      ? through(way, 'input', route(received, 'input'), (delivered) => [
          branchOf(delivered, 'accept', true),
        ])
      : through(way, 'forward', route(received, 'forward'), (forwarded) =>
          through(way, 'postrouting', forwarded, (left) => [branchOf(left, 'accept')]),
        );
  });

const route = (state: State, to: Route): State =>
  withStep(state, { kind: 'route', to, destination: state.packet.destination });

/** Runs the chains of one hook; `then` is where a packet goes that all of them accept. */
function through(
  way: Way,
  hook: Hook['hook'],
  start: State,
  then: (state: State) => readonly NftBranch[],
): readonly NftBranch[] {
  const branches: NftBranch[] = [];
  let walking: readonly State[] = [start];
  for (const base of way.family.hooks.get(hook) ?? []) {
    const next: State[] = [];
    for (const before of walking) {
      if (isSkipped(base, before)) {
        next.push(before);
        continue;
      }
      for (const { state, end } of walkBaseChain(base, before, way)) {
        if (end === 'accept') next.push(state);
        else branches.push(branchOf(state, end));
      }
    }
    walking = next;
  }
  for (const state of walking) branches.push(...then(bind(hook, state)));
  return branches;
}

const changesDestination = (hook: Hook['hook']): boolean =>
  hook === 'prerouting' || hook === 'output';

/** A nat chain runs only while the connection has no address of its kind yet. */
const isSkipped = ({ hook }: BaseChain, state: State): boolean =>
  hook.type === 'nat' &&
  (changesDestination(hook.hook) ? state.destinationBound : state.sourceBound);

/** Where no nat chain chose an address, the hook settles on the one the packet has. */
const bind = (hook: Hook['hook'], state: State): State =>
  changesDestination(hook)
    ? { ...state, destinationBound: true }
    : hook === 'forward'
      ? state
      : { ...state, sourceBound: true };

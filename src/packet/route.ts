/**
 * The way of a connection's first packet through the kernel, whichever backend its rules are of: hooks, the
 * routing decisions between them, and what NAT does to later hooks. All of it is Linux's (netfilter hooks;
 * nf_nat_inet_fn: nat chains run once per connection and direction; conntrack keeps its entry over the
 * loopback device).
 */
import { type Branch, branchOf, type Travelled } from './outcome.ts';
import { isLocal, isLoopback, type Packet, type SimulatedHost } from './packet.ts';

/**
 * `input`: to a process of this node; `forward`: out again; `output`: made here; `loopback`: made here
 * and for here, so it comes in once more; `martian`: the kernel drops it, because loopback addresses
 * stay on the loopback.
 */
export type Route = 'input' | 'forward' | 'output' | 'loopback' | 'martian';

/** As netfilter calls its hooks. */
export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** A packet on its way, as far as connection tracking and the routing care. */
export interface OnItsWay<T> extends Travelled<T> {
  readonly packet: Packet;
  /** The connection's destination is settled: nat chains of prerouting and output no longer run. */
  readonly destinationBound: boolean;
  /** The same for its source, and the nat chains of input and postrouting. */
  readonly sourceBound: boolean;
}

/** How the walk through what runs at a hook ended; what returns is accepted by the policy. */
export interface WalkedHook<S> {
  readonly state: S;
  readonly end: 'accept' | 'return' | 'drop' | 'reject';
}

/** The rules of a backend; `E` is what runs at a hook: a base chain, or a table's built-in chain. */
export interface HookedRules<S, E> {
  readonly host: SimulatedHost;
  /** In the order in which the kernel runs them. */
  readonly at: (hook: HookName) => readonly E[];
  readonly isNat: (entrance: E) => boolean;
  /** One result per value that random numbers may take. */
  readonly walk: (entrance: E, state: S, hook: HookName) => readonly WalkedHook<S>[];
  /** Notes in the packet's trace where the kernel sends it. */
  readonly routed: (state: S, to: Route) => S;
}

/** @returns every way the packet can go, not merged */
export const followRoutes = <T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  start: S,
): readonly Branch<T>[] =>
  start.packet.inInterface === '' ? sendFromHere(rules, start) : receive(rules, start);

/** Made on this node: output, postrouting, and in again when it is for this node. */
function sendFromHere<T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  start: S,
): readonly Branch<T>[] {
  const { host, routed } = rules;
  if (isStuckOnLoopback(host, start.packet)) return [branchOf(routed(start, 'martian'), 'martian')];
  return through<T, S, E>(rules, 'output', routed(start, 'output'), (sent) =>
    // DNAT makes the kernel route the packet again.
    isStuckOnLoopback(host, sent.packet)
      ? [branchOf(routed(sent, 'martian'), 'martian')]
      : through<T, S, E>(rules, 'postrouting', sent, (left) =>
          isLocal(host, left.packet.destination)
            ? loopBack<T, S, E>(rules, left)
            : [branchOf(left, 'accept')],
        ),
  );
}

/** A loopback source reaches no other machine: 127.0.0.0/8 only with route_localnet. */
const isStuckOnLoopback = (host: SimulatedHost, { source, destination }: Packet): boolean =>
  source.startsWith('127.') && !isLocal(host, destination) && !host.routeLocalnet;

function loopBack<T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  left: S,
): readonly Branch<T>[] {
  const inside: S = { ...left, packet: { ...left.packet, inInterface: 'lo' } };
  return through<T, S, E>(rules, 'prerouting', rules.routed(inside, 'loopback'), (received) =>
    deliver<T, S, E>(rules, received),
  );
}

const receive = <T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  start: S,
): readonly Branch<T>[] =>
  through<T, S, E>(rules, 'prerouting', start, (received) => {
    const { host, routed } = rules;
    const { destination } = received.packet;
    if (isLoopback(destination) && !(host.routeLocalnet && destination !== '::1'))
      return [branchOf(routed(received, 'martian'), 'martian')];
    if (isLocal(host, destination)) return deliver<T, S, E>(rules, routed(received, 'input'));
    return through<T, S, E>(rules, 'forward', routed(received, 'forward'), (forwarded) =>
      through<T, S, E>(rules, 'postrouting', forwarded, (left) => [branchOf(left, 'accept')]),
    );
  });

const deliver = <T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  received: S,
): readonly Branch<T>[] =>
  through<T, S, E>(rules, 'input', received, (delivered) => [branchOf(delivered, 'accept', true)]);

/** Runs all of one hook; `then` is where a packet goes that all of it accepts. */
function through<T, S extends OnItsWay<T>, E>(
  rules: HookedRules<S, E>,
  hook: HookName,
  start: S,
  then: (state: S) => readonly Branch<T>[],
): readonly Branch<T>[] {
  const branches: Branch<T>[] = [];
  let walking: readonly S[] = [start];
  for (const entrance of rules.at(hook)) {
    const isNat = rules.isNat(entrance);
    const next: S[] = [];
    for (const before of walking) {
      if (isNat && isBound(hook, before)) {
        next.push(before);
        continue;
      }
      for (const { state, end } of rules.walk(entrance, before, hook)) {
        if (end === 'accept' || end === 'return') next.push(state);
        else branches.push(branchOf(state, end));
      }
    }
    walking = next;
  }
  for (const state of walking) branches.push(...then(bind<T, S>(hook, state)));
  return branches;
}

const changesDestination = (hook: HookName): boolean => hook === 'prerouting' || hook === 'output';

/** A nat chain runs only while the connection has no address of its kind yet. */
const isBound = <T>(hook: HookName, state: OnItsWay<T>): boolean =>
  changesDestination(hook) ? state.destinationBound : state.sourceBound;

/** Where no rule of nat chose an address, the hook settles on the one that the packet has. */
function bind<T, S extends OnItsWay<T>>(hook: HookName, state: S): S {
  if (changesDestination(hook)) return { ...state, destinationBound: true };
  return hook === 'forward' ? state : { ...state, sourceBound: true };
}

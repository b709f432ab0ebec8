import { isWithin } from '../../net/cidr.ts';
import { NotUnderstoodError } from '../../packet/not-understood.ts';
import { isLocal } from '../../packet/packet.ts';
import type { Action, Match, Selector, Statement, Verdict } from '../ast.ts';
import { lookUp } from './lookup.ts';
import { selectField, selectKeys } from './select.ts';
import type { PacketState, WalkSurroundings } from './state.ts';
import type { Lookup, StepEffect } from './trace.ts';

/** What a statement did: to the packet, and to the way through the rules. */
export interface Evaluated {
  readonly state: PacketState;
  readonly effect: StepEffect;
  /** `break` ends the rule; `reject` is a drop that tells the sender. */
  readonly flow: 'next' | 'break' | Verdict | { readonly kind: 'reject' };
}

/**
 * Evaluates one statement: one result, or one per value of its random number.
 *
 * @throws {NotUnderstoodError} for a part of a rule that nobody knows the effect of
 */
export function evaluate(
  statement: Statement,
  state: PacketState,
  surroundings: WalkSurroundings,
): readonly Evaluated[] {
  switch (statement.kind) {
    case 'vmap':
      return forEachKey(statement.key, state, (key) => {
        const lookup = lookUp(surroundings, statement.map, key);
        const verdict = verdictOf(lookup);
        return verdict === undefined
          ? { state, effect: { kind: 'miss', lookup }, flow: 'break' }
          : { state, effect: { kind: 'verdict', lookup }, flow: verdict };
      });
    case 'dnat':
      return forEachKey(statement.key, state, (key, probability) =>
        translate(state, lookUp(surroundings, statement.map, key), probability, statement.port),
      );
    case 'in-set':
      return forEachKey(statement.key, state, (key) => {
        const lookup = lookUp(surroundings, statement.set, key);
        return matched(state, (lookup.element !== undefined) !== statement.negated, lookup);
      });
    case 'set-mark':
    case 'map-update':
    case 'masquerade':
    case 'reject':
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
      return [act(statement, state, surroundings)];
    case 'address':
    case 'l4proto':
    case 'dport':
    case 'iifname':
    case 'fib-local':
    case 'ct-state-new':
    case 'ct-status-dnat':
    case 'mark':
      return [matched(state, matches(statement, state, surroundings))];
    case 'not-understood':
      throw new NotUnderstoodError(statement);
  }
}

const breakRule = (state: PacketState): Evaluated => ({
  state,
  effect: { kind: 'match', matched: false },
  flow: 'break',
});

function matched(state: PacketState, isMatch: boolean, lookup?: Lookup): Evaluated {
  const effect: StepEffect = { kind: 'match', matched: isMatch, ...(lookup && { lookup }) };
  return { state, effect, flow: isMatch ? 'next' : 'break' };
}

function forEachKey(
  selectors: readonly Selector[],
  state: PacketState,
  evaluateKey: (key: readonly (string | number)[], probability: number) => Evaluated,
): readonly Evaluated[] {
  const keys = selectKeys(selectors, state);
  if (keys === undefined) return [breakRule(state)];
  return keys.map(({ key, probability }) => {
    const evaluated = evaluateKey(key, probability);
    return probability === 1
      ? evaluated
      : {
          ...evaluated,
          state: { ...evaluated.state, probability: state.probability * probability },
        };
  });
}

function verdictOf({ element, collection }: Lookup): Verdict | undefined {
  if (element === undefined) return undefined;
  if (!('verdict' in element)) throw new Error(`${collection.name} is no verdict map`);
  return element.verdict;
}

function translate(
  state: PacketState,
  lookup: Lookup,
  probability: number,
  fixedPort: number | undefined,
): Evaluated {
  const { element, collection } = lookup;
  if (element === undefined) return { state, effect: { kind: 'miss', lookup }, flow: 'break' };
  if (!('value' in element)) throw new Error(`${collection.name} is no map of addresses`);
  const address = String(element.value[0]);
  const port = fixedPort ?? Number(element.value[1] ?? state.packet.destinationPort);
  const { original } = state;
  return {
    state: {
      ...state,
      packet: { ...state.packet, destination: address, destinationPort: port },
      destinationBound: true,
      dnat: address !== original.destination || port !== original.destinationPort,
      chosen: true,
    },
    effect: { kind: 'dnat', lookup, address, port, probability },
    flow: { kind: 'accept' },
  };
}

function act(
  action: Exclude<Action, { kind: 'vmap' | 'dnat' }>,
  state: PacketState,
  { host }: WalkSurroundings,
): Evaluated {
  switch (action.kind) {
    case 'set-mark': {
      const before = state.packet.mark;
      const after = (action.operation === 'or' ? before | action.mask : before ^ action.mask) >>> 0;
      return {
        state: { ...state, packet: { ...state.packet, mark: after } },
        effect: { kind: 'mark', before, after },
        flow: 'next',
      };
    }
    case 'map-update': {
      // The first packet writes; who asks next time finds it. Deleting an absent pair is no failure.
      const key = String(selectKeys([action.key], state)?.[0]?.key[0]);
      const value = action.value && String(selectKeys([action.value], state)?.[0]?.key[0]);
      const effect: StepEffect = { kind: 'map-update', map: action.map, key, value };
      return { state, effect, flow: 'next' };
    }
    case 'masquerade':
      return {
        state: {
          ...state,
          packet: { ...state.packet, source: masqueradeSource(state, host.addresses) },
          sourceBound: true,
          masqueraded: true,
        },
        effect: { kind: 'masquerade' },
        flow: { kind: 'accept' },
      };
    case 'reject':
      return { state, effect: { kind: 'reject' }, flow: { kind: 'reject' } };
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
      return { state, effect: { kind: 'verdict' }, flow: action };
  }
}

/** The kernel takes the outgoing interface's address: some address of this node, if we know any. */
const masqueradeSource = ({ packet }: PacketState, addresses: ReadonlySet<string>): string =>
  [...addresses].find((address) => address.includes(':') === (packet.family === 'ip6')) ?? '';

function matches(
  match: Exclude<Match, { kind: 'in-set' | 'not-understood' }>,
  state: PacketState,
  { host }: WalkSurroundings,
): boolean {
  const { packet } = state;
  switch (match.kind) {
    case 'address':
      return isWithin(String(selectField(match.selector, state)), match.network) !== match.negated;
    case 'l4proto':
      return packet.protocol === match.protocol;
    case 'dport':
      return packet.protocol === match.protocol && packet.destinationPort === match.port;
    case 'iifname':
      return isInterface(packet.inInterface, match.name) !== match.negated;
    case 'fib-local':
      if (match.selector === 'saddr' && state.masqueraded) return true;
      return isLocal(host, String(selectField(match.selector, state)));
    case 'ct-state-new':
      return true;
    case 'ct-status-dnat':
      return state.dnat;
    case 'mark':
      return ((packet.mark & match.mask) >>> 0 === match.mask) !== (match.negated === true);
  }
}

/** `veth*` is a prefix; a packet made on this node has no input interface, and matches none. */
const isInterface = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name !== '' && name.startsWith(pattern.slice(0, -1)) : name === pattern;

import { parseAddress } from '../../net/address.ts';
import { cidrContains, parseCidr } from '../../net/cidr.ts';
import { NotUnderstoodError } from '../../packet/not-understood.ts';
import { isLocal, type Packet, type SimulatedHost } from '../../packet/packet.ts';
import type { OnItsWay, Route } from '../../packet/route.ts';
import type {
  BuiltInChain,
  IptablesChain,
  IptablesMatch,
  IptablesRule,
  IptablesTarget,
  TableName,
} from '../ast.ts';

/** A packet on its way, and what the connection tracking knows of its connection. */
export type IptablesState = OnItsWay<IptablesTrace>;

/** What happened to the packet, from the newest to the oldest. */
export type IptablesTrace =
  | { readonly step: IptablesStep; readonly before: IptablesTrace }
  | undefined;

export type IptablesStep =
  /** A built-in chain jumped to one of natc's. */
  | {
      readonly kind: 'hook';
      readonly hook: BuiltInChain;
      readonly table: TableName;
      readonly chain: string;
    }
  /** The kernel decided where the packet goes on. */
  | { readonly kind: 'route'; readonly to: Route; readonly destination: string }
  /** A rule matched. */
  | { readonly kind: 'rule'; readonly chain: string; readonly rule: IptablesRule };

export const withIptablesStep = (state: IptablesState, step: IptablesStep): IptablesState => ({
  ...state,
  trace: { step, before: state.trace },
});

/** Clients by the name of the list (`-m recent`) that they are on. */
export type RecentLists = ReadonlyMap<string, ReadonlySet<string>>;

export interface IptablesSurroundings {
  readonly table: TableName;
  readonly chains: ReadonlyMap<string, IptablesChain>;
  readonly host: SimulatedHost;
  readonly recent: RecentLists;
}

export type IptablesEnd = 'accept' | 'drop' | 'reject' | 'return';

export interface IptablesWalked {
  readonly state: IptablesState;
  readonly end: IptablesEnd;
}

/**
 * Walks a packet through a chain of natc.
 *
 * @returns one result per way that the random matches can send it.
 * @throws when a rule names a chain that is not there: iptables-restore refuses such rules.
 * @throws {NotUnderstoodError} where the packet meets what nobody knows the effect of
 */
export function walkIptablesChain(
  name: string,
  start: IptablesState,
  surroundings: IptablesSurroundings,
): readonly IptablesWalked[] {
  const chain = surroundings.chains.get(name);
  if (chain === undefined) throw new Error(`table ${surroundings.table} has no chain ${name}`);
  const ended: IptablesWalked[] = [];
  let walking: readonly IptablesState[] = [start];
  for (const rule of chain.rules) {
    const next: IptablesState[] = [];
    for (const before of walking) {
      for (const { state, isMatch } of matchRule(rule, before, surroundings)) {
        if (!isMatch) {
          next.push(state);
          continue;
        }
        const after = withIptablesStep(state, { kind: 'rule', chain: name, rule });
        for (const result of act(rule.target, after, surroundings)) {
          if (result.end === undefined) next.push(result.state);
          else ended.push({ state: result.state, end: result.end });
        }
      }
    }
    walking = next;
    if (walking.length === 0) break;
  }
  for (const state of walking) ended.push({ state, end: 'return' });
  return ended;
}

/** One result, or two where a random match may go either way. */
function matchRule(
  { matches }: IptablesRule,
  state: IptablesState,
  surroundings: IptablesSurroundings,
): readonly { readonly state: IptablesState; readonly isMatch: boolean }[] {
  let isMatch = true;
  let share = 1;
  for (const match of matches) {
    if (match.kind === 'random') share /= match.oneIn;
    else isMatch &&= holds(match, state.packet, surroundings, state.chosen);
  }
  if (!isMatch || share === 1) return [{ state, isMatch }];
  return [
    { state: { ...state, probability: state.probability * share }, isMatch: true },
    { state: { ...state, probability: state.probability * (1 - share) }, isMatch: false },
  ];
}

function holds(
  match: Exclude<IptablesMatch, { kind: 'random' }>,
  packet: Packet,
  { host, recent }: IptablesSurroundings,
  isTranslated: boolean,
): boolean {
  switch (match.kind) {
    case 'address':
      return inNetwork(packet[match.selector], match.network) !== match.negated;
    case 'in-interface':
      return (
        (match.isPrefix
          ? packet.inInterface.startsWith(match.name)
          : packet.inInterface === match.name) !== match.negated
      );
    case 'protocol':
      return packet.protocol === match.protocol;
    case 'dport':
      return packet.protocol === match.protocol && packet.destinationPort === match.port;
    case 'ctstate-new':
      return true;
    case 'addrtype-local':
      return isLocal(host, packet[match.selector]) !== (match.negated === true);
    case 'not-marked':
      return (packet.mark & match.mask) >>> 0 !== match.mask;
    case 'recent-rcheck':
      return recent.get(match.list)?.has(packet.source) === true;
    case 'recent-set':
      return true;
    case 'ctstate':
      // The first packet of a connection; what DNAT did to it makes it DNAT too.
      return (
        (match.states.includes('NEW') || (isTranslated && match.states.includes('DNAT'))) !==
        match.negated
      );
    case 'mark':
      return ((packet.mark & match.mask) >>> 0 === match.value) !== match.negated;
    case 'not-understood':
      throw new NotUnderstoodError(match);
  }
}

function inNetwork(text: string, network: string): boolean {
  if (!network.includes('/')) return text === network;
  const cidr = parseCidr(network);
  const address = parseAddress(text);
  if (cidr === undefined || address === undefined) throw new Error(`no network: ${network}`);
  return cidrContains(cidr, address);
}

/** `end` is undefined where the next rule of the chain is to be looked at. */
function act(
  target: IptablesTarget,
  state: IptablesState,
  surroundings: IptablesSurroundings,
): readonly { readonly state: IptablesState; readonly end: IptablesEnd | undefined }[] {
  const { packet } = state;
  switch (target.kind) {
    case 'jump':
      return walkIptablesChain(target.chain, state, surroundings).map((walked) =>
        walked.end === 'return' ? { state: walked.state, end: undefined } : walked,
      );
    case 'goto':
      return walkIptablesChain(target.chain, state, surroundings);
    case 'return':
    case 'drop':
    case 'reject':
      return [{ state, end: target.kind }];
    case 'mark': {
      const { operation, mask } = target;
      const mark = (operation === 'or' ? packet.mark | mask : packet.mark ^ mask) >>> 0;
      return [{ state: { ...state, packet: { ...packet, mark } }, end: undefined }];
    }
    case 'dnat': {
      const { address: destination, port: destinationPort } = target;
      const translated = { ...packet, destination, destinationPort };
      return [
        {
          state: { ...state, packet: translated, destinationBound: true, chosen: true },
          end: 'accept',
        },
      ];
    }
    case 'masquerade':
      return [{ state: { ...state, sourceBound: true, masqueraded: true }, end: 'accept' }];
    case 'accept':
      return [{ state, end: 'accept' }];
    case 'continue':
      return [{ state, end: undefined }];
    case 'not-understood':
      throw new NotUnderstoodError(target);
  }
}

import {
  interpretIptables,
  type PreparedIptables,
  prepareIptables,
} from '../iptables/simulate/interpret.ts';
import type { IptablesTrace } from '../iptables/simulate/walk.ts';
import type { NftFamily } from '../net/family.ts';
import { interpret } from '../nftables/simulate/interpret.ts';
import { type PreparedRuleset, prepare } from '../nftables/simulate/prepare.ts';
import type { Trace } from '../nftables/simulate/trace.ts';
import type { Outcome } from '../packet/outcome.ts';
import type { Packet, SimulatedHost } from '../packet/packet.ts';
import type { FamilyRules } from './listing.ts';

/** A packet's way through the rules of either mode. */
export type ListedTrace =
  | { readonly mode: 'nftables'; readonly trace: Trace }
  | { readonly mode: 'iptables'; readonly trace: IptablesTrace };

/** The rules of kube-proxy, ready for many packets. */
export type PreparedListing = ReadonlyMap<
  NftFamily,
  | { readonly mode: 'nftables'; readonly prepared: PreparedRuleset }
  | { readonly mode: 'iptables'; readonly prepared: PreparedIptables }
>;

export const prepareListing = (rules: readonly FamilyRules[]): PreparedListing =>
  new Map(
    rules.map((each) => [
      each.family,
      each.mode === 'nftables'
        ? { mode: each.mode, prepared: prepare({ tables: [each.table] }) }
        : { mode: each.mode, prepared: prepareIptables(each.ruleset) },
    ]),
  );

/**
 * What kube-proxy's rules do to the first packet of a connection. Where there are none of the packet's family
 * it passes.
 *
 * @throws {NotUnderstoodError} where the packet meets a rule that is not understood
 */
export function interpretListing(
  listing: PreparedListing,
  packet: Packet,
  host: SimulatedHost,
): Outcome<ListedTrace> {
  const rules = listing.get(packet.family);
  if (rules?.mode === 'iptables') {
    const { branches } = interpretIptables(rules.prepared, packet, host);
    return {
      branches: branches.map((each) => wrap(each, { mode: 'iptables', trace: each.trace })),
    };
  }
  const prepared = rules?.prepared ?? prepare({ tables: [] });
  const { branches } = interpret(prepared, packet, host);
  return { branches: branches.map((each) => wrap(each, { mode: 'nftables', trace: each.trace })) };
}

const wrap = <B extends object>(
  branch: B,
  trace: ListedTrace,
): Omit<B, 'trace'> & {
  readonly trace: ListedTrace;
} => ({ ...branch, trace });

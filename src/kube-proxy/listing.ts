/**
 * What kube-proxy wrote, read back from a listing: the rules of both backends as natc's own data, so that
 * natc's simulators walk them, and an outline of what they serve.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import type { IptablesRuleset } from '../iptables/ast.ts';
import type { NftFamily } from '../net/family.ts';
import type { Ruleset, Table } from '../nftables/ast.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';

/** The rules of one address family. */
export type FamilyRules =
  | { readonly mode: 'nftables'; readonly family: NftFamily; readonly table: Table }
  | {
      readonly mode: 'iptables';
      readonly family: NftFamily;
      readonly ruleset: IptablesRuleset;
      /** Packets for the loopback from outside are dropped, which goes with route_localnet. */
      readonly guardsLoopback: boolean;
    };

/** Rules of others that stand in the same listing and are not walked. */
export interface LeftOut {
  /** `table inet filter`, `chain DOCKER of table nat (IPv4)` */
  readonly name: string;
  /** A base chain of it drops what its rules do not accept: `FORWARD`. */
  readonly dropPolicy?: string;
}

export interface KubeProxyListing {
  readonly source: Source;
  /** At most one of each family. */
  readonly rules: readonly FamilyRules[];
  /**
   * What the rules serve, in the shape of natc's own ruleset: it says which destinations there are, whose
   * they are and where they may lead. It is never simulated.
   */
  readonly outline: Ruleset;
  readonly leftOut: readonly LeftOut[];
  readonly notUnderstood: readonly NotUnderstood[];
}

export interface ParsedListing {
  /** Undefined when the text holds nothing that kube-proxy writes. */
  readonly listing: KubeProxyListing | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * An iptables ruleset as data: one family's tables, chains and rules. Names of matches and targets are
 * those of iptables-extensions(8). Addresses are in canonical text, ports are numbers.
 */

import type { IpFamily, L4Proto } from '../net/family.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import type { Owner } from '../plan/owner.ts';
import type { Origin } from '../plan/plan.ts';

export interface IptablesRuleset {
  readonly family: IpFamily;
  /** Each table once, in the order they are to be committed. */
  readonly tables: readonly IptablesTable[];
}

export type TableName = 'mangle' | 'filter' | 'nat';

export type BuiltInChain = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export interface IptablesTable {
  readonly name: TableName;
  /** How packets get from the built-in chains into ours; the same whatever the input. */
  readonly jumps: readonly BuiltInJump[];
  /** All of natc's own. */
  readonly chains: readonly IptablesChain[];
}

export interface BuiltInJump {
  readonly from: BuiltInChain;
  readonly to: string;
}

export interface IptablesChain {
  /** At most 28 characters. */
  readonly name: string;
  /** Why the chain is there; printed as a comment above its rules. */
  readonly reason?: string;
  /** The ServicePort that a chain of its own belongs to. */
  readonly owner?: Owner;
  readonly rules: readonly IptablesRule[];
}

export interface IptablesRule {
  /** All must hold; evaluated from left to right. */
  readonly matches: readonly IptablesMatch[];
  readonly target: IptablesTarget;
  /** `-m comment`: at most 255 bytes, cut by the renderer. */
  readonly comment?: string;
  readonly origin?: Origin;
  /** Of a listing that natc did not write: how it stands there, and on which line, from 1. */
  readonly listed?: { readonly text: string; readonly line: number };
}

export type IptablesMatch =
  /** `-s` or `-d`; `network` is CIDR text or an address. */
  | {
      readonly kind: 'address';
      readonly selector: 'source' | 'destination';
      readonly negated: boolean;
      readonly network: string;
    }
  /** `-i`; with `isPrefix` any interface whose name begins so. A packet made here has none: ''. */
  | {
      readonly kind: 'in-interface';
      readonly negated: boolean;
      readonly name: string;
      readonly isPrefix: boolean;
    }
  /** `-p tcp` */
  | { readonly kind: 'protocol'; readonly protocol: L4Proto }
  /** `-p tcp -m tcp --dport 80` */
  | { readonly kind: 'dport'; readonly protocol: L4Proto; readonly port: number }
  /** `-m conntrack --ctstate NEW` */
  | { readonly kind: 'ctstate-new' }
  /** `-m addrtype --src-type LOCAL` or `--dst-type LOCAL` */
  | {
      readonly kind: 'addrtype-local';
      readonly selector: 'source' | 'destination';
      readonly negated?: boolean;
    }
  /** `-m mark`: at least one bit of `mask` differs from it. */
  | { readonly kind: 'not-marked'; readonly mask: number }
  /** `-m statistic --mode random`: true once in `oneIn` times. */
  | { readonly kind: 'random'; readonly oneIn: number }
  /** `-m recent --rcheck`: the source was put on the list in the last `seconds` seconds. */
  | { readonly kind: 'recent-rcheck'; readonly list: string; readonly seconds: number }
  /** `-m recent --set`: puts the source on the list, and always holds. */
  | { readonly kind: 'recent-set'; readonly list: string }
  /** `--ctstate`, of listings that natc did not write: one of the states, `NEW` or another. */
  | { readonly kind: 'ctstate'; readonly negated: boolean; readonly states: readonly string[] }
  /** `-m mark --mark value/mask` of such listings. */
  | {
      readonly kind: 'mark';
      readonly negated: boolean;
      readonly value: number;
      readonly mask: number;
    }
  /** A match of such a listing of which nobody knows whether it holds. */
  | ({ readonly kind: 'not-understood' } & NotUnderstood);

export type IptablesTarget =
  | { readonly kind: 'jump'; readonly chain: string }
  /** `-g`: the chain's end is the end of the chain that this rule stands in. */
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'drop' }
  /** ICMP port unreachable, for TCP too (P7): the default of REJECT. */
  | { readonly kind: 'reject' }
  /** `MARK --or-mark` or `--xor-mark` */
  | { readonly kind: 'mark'; readonly operation: 'or' | 'xor'; readonly mask: number }
  | { readonly kind: 'dnat'; readonly address: string; readonly port: number }
  /** `MASQUERADE --random-fully` */
  | { readonly kind: 'masquerade' }
  /** Of listings that natc did not write: nothing more is looked at in this table. */
  | { readonly kind: 'accept' }
  /** Of such listings: no target, or one that only counts or logs. */
  | { readonly kind: 'continue' }
  | ({ readonly kind: 'not-understood' } & NotUnderstood);

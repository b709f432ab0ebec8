/**
 * An nftables ruleset as data: what is rendered, verified, compared and interpreted. Only what natc
 * emits can be expressed; names, limits and pitfalls are those of the nft manual and of docs/layout.md.
 *
 * Addresses are in canonical text, protocols are `tcp`, `udp` or `sctp`, ports and indexes numbers.
 */
import type { L4Proto, NftFamily } from '../net/family.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import type { Owner } from '../plan/owner.ts';
import type { Frontend, Origin } from '../plan/plan.ts';
import type { ServicePortName } from '../plan/service-port-name.ts';

export interface Ruleset {
  readonly tables: readonly Table[];
}

export interface Table {
  readonly family: NftFamily;
  readonly name: string;
  readonly comment?: string;
  /** Sets and maps, in the order they are declared. */
  readonly collections: readonly Collection[];
  /** A chain stands behind every chain that its rules name. */
  readonly chains: readonly Chain[];
}

// ---------------------------------------------------------------------------- selectors

/**
 * Something a packet has. `saddr` and `daddr` are those of the table's family; `th dport` is the
 * destination port whatever the protocol. `ct original` is the packet's tuple before DNAT.
 */
export type Selector =
  | 'saddr'
  | 'daddr'
  | 'l4proto'
  | 'th dport'
  | 'tcp dport'
  | 'udp dport'
  | 'sctp dport'
  | 'ct original daddr'
  | 'ct original proto-dst'
  | RandomNumber;

/** A random number from 0 to `modulus` - 1, drawn anew at every evaluation. */
export interface RandomNumber {
  readonly kind: 'numgen random';
  readonly modulus: number;
}

// ---------------------------------------------------------------------------- sets and maps

/** A set, a verdict map (`: verdict`) or a data map (`: address . port` or `: address`). */
export type Collection = NftSet | VerdictMap | DataMap;

interface CollectionBase {
  readonly name: string;
  /** It stands in a rule of a listing that natc did not write, in braces; the name is made up. */
  readonly isAnonymous?: true;
  readonly comment?: string;
  /** The declared `typeof`: one selector, or several concatenated. */
  readonly key: readonly Selector[];
}

export interface NftSet extends CollectionBase {
  readonly kind: 'set';
  /** Elements may be networks. A single-selector interval set is declared with `auto-merge`. */
  readonly interval: boolean;
  /** Elements expire (seconds); with `dynamic`, rules add and delete them. */
  readonly timeout?: number;
  readonly dynamic?: boolean;
  readonly size?: number;
  readonly elements: readonly SetElement[];
}

export interface VerdictMap extends CollectionBase {
  readonly kind: 'verdict-map';
  readonly elements: readonly VerdictElement[];
}

export interface DataMap extends CollectionBase {
  readonly kind: 'data-map';
  /** `['daddr', 'tcp dport']` (udp, sctp alike), or `['daddr']`. */
  readonly value: readonly Selector[];
  readonly timeout?: number;
  readonly dynamic?: boolean;
  readonly size?: number;
  /** Session affinity: whose clients it holds. */
  readonly clients?: ClientMapOf;
  readonly elements: readonly DataElement[];
}

/** Whose clients a map from client to endpoint address holds. */
export interface ClientMapOf {
  readonly servicePort: ServicePortName;
  readonly protocol: L4Proto;
  /** Which of the ServicePort's two endpoint lists they were sent to. */
  readonly list: 'cluster' | 'local';
  /** The port of the endpoints that it is for. */
  readonly endpointPort: number;
}

/** One value per selector of the key; a network (`10.0.0.0/8`) only in an interval set. */
export type Key = readonly (string | number)[];

interface ElementBase {
  readonly key: Key;
  /** At most 128 bytes. */
  readonly comment?: string;
  /** The ServicePort this element stands under; elements of one owner are neighbours. */
  readonly owner?: Owner;
  /** Whose it is, where no block says so: of a listing of the kernel. See {@link servicePortOf}. */
  readonly servicePort?: ServicePortName;
  readonly origin?: Origin;
}

export type SetElement = ElementBase;

export interface VerdictElement extends ElementBase {
  readonly verdict: ElementVerdict;
  /** What the destination is to its Service; undefined where the element is none, or nobody says. */
  readonly frontend?: Frontend['kind'] | undefined;
}

export interface DataElement extends ElementBase {
  /** One value per selector of the map's `value`. */
  readonly value: readonly (string | number)[];
  /** The node that the endpoint is on, if known. */
  readonly nodeName?: string | undefined;
}

/** Whose an element is; undefined where it is nobody's, or a listing does not say. */
export const servicePortOf = ({ owner, servicePort }: ElementBase): ServicePortName | undefined =>
  owner?.servicePort ?? servicePort;

// ---------------------------------------------------------------------------- chains and rules

export interface Chain {
  readonly name: string;
  readonly comment?: string;
  /** Present for a base chain; its policy is accept. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
  /** The ServicePort a chain of its own belongs to. */
  readonly owner?: Owner;
  readonly role?: ChainRole;
}

/** `external-local`: it chooses by who the client is, for external traffic policy Local (P3). */
export type ChainRole = 'external-local';

export interface Hook {
  readonly type: 'filter' | 'nat';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
}

export interface Rule {
  /** Evaluated from left to right; the first match that fails ends the rule. */
  readonly statements: readonly Statement[];
  /** Why the rule is there, printed above it as a `#` comment. */
  readonly reason?: string;
  /** Of a listing that natc did not write: how it stands there. */
  readonly listed?: ListedRule;
}

/** A rule as it stands in a listing. */
export interface ListedRule {
  readonly text: string;
  /** From 1 */
  readonly line: number;
}

export type Statement = Match | Action;

export type Match =
  /** `ip saddr != 10.0.0.0/8`; `network` is CIDR text or a single address. */
  | {
      readonly kind: 'address';
      readonly selector: 'saddr' | 'daddr';
      readonly negated: boolean;
      readonly network: string;
    }
  | { readonly kind: 'l4proto'; readonly protocol: L4Proto }
  | { readonly kind: 'dport'; readonly protocol: L4Proto; readonly port: number }
  /** `name` may end in `*`. A locally generated packet has no input interface: '' . */
  | { readonly kind: 'iifname'; readonly negated: boolean; readonly name: string }
  /** The address is one of this host's (`fib saddr type local`). */
  | { readonly kind: 'fib-local'; readonly selector: 'saddr' | 'daddr' }
  | { readonly kind: 'ct-state-new' }
  | { readonly kind: 'ct-status-dnat' }
  /** `meta mark & mask == mask`, or `!=` */
  | { readonly kind: 'mark'; readonly mask: number; readonly negated?: true }
  | {
      readonly kind: 'in-set';
      readonly key: readonly Selector[];
      readonly negated: boolean;
      readonly set: string;
    }
  /** The rest of a rule of a listing that natc did not write: what it does is not known. */
  | ({ readonly kind: 'not-understood' } & NotUnderstood);

export type Action =
  /** `meta mark set meta mark or|xor mask` */
  | { readonly kind: 'set-mark'; readonly operation: 'or' | 'xor'; readonly mask: number }
  /** `key vmap @map`: no element, no effect. */
  | { readonly kind: 'vmap'; readonly key: readonly Selector[]; readonly map: string }
  /** `dnat to key map @map`, or `… : port` for a map of addresses: no element, no effect. */
  | {
      readonly kind: 'dnat';
      readonly key: readonly Selector[];
      readonly map: string;
      readonly port?: number;
    }
  /** `update @name { saddr : daddr }`, or `delete`: writes into a dynamic map; without a value, a set. */
  | {
      readonly kind: 'map-update';
      readonly operation: 'update' | 'delete';
      readonly map: string;
      readonly key: Selector;
      readonly value?: Selector;
    }
  /** `masquerade fully-random` */
  | { readonly kind: 'masquerade' }
  /** ICMP port unreachable, for TCP too (P7). */
  | { readonly kind: 'reject' }
  | Verdict;

export type Verdict = ElementVerdict | { readonly kind: 'jump'; readonly chain: string };

/** What a verdict map may hold. `reject` and `dnat` are statements: `goto` a chain that does them. */
export type ElementVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'goto'; readonly chain: string };

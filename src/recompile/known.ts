import type { IpFamily } from '../net/family.ts';
import type { FragmentShare } from '../nftables/canonical/write.ts';
import type { FragmentRecord } from '../nftables/canonical/written.ts';
import type { FlowService } from '../plan/flows.ts';
import type { Ties } from './ties.ts';

/**
 * What a compilation leaves behind for the next one, so that it compiles only the Services whose objects
 * changed, and those tied to them.
 */
export interface KnownCompilation {
  /** Hash of natc's version and the options: with others the same objects make something else. */
  readonly options: string;
  /** Hash of what stands around the objects of the input. */
  readonly frame: string;
  /** What every fragment depends on besides its Service's objects; see {@link factsOf}. */
  readonly facts: string;
  readonly objects: readonly KnownObject[];
  /** All Nodes but the one that is compiled for. */
  readonly nodes: readonly KnownNode[];
  /** By name; see {@link Identified}. */
  readonly groups: ReadonlyMap<string, KnownGroup>;
}

/** One object of the input. */
export interface KnownObject {
  /** Of its bytes. */
  readonly hash: string;
  /** `Service shop/web`; '' for kinds that natc does not use. */
  readonly identity: string;
  /** What it is compiled together with; see {@link Identified}. */
  readonly group: string;
}

/** What is known of a Node other than the one that is compiled for. */
export interface KnownNode {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
}

/** A Service with all that belongs to it. */
export interface KnownGroup {
  readonly ties: Ties;
  /** Something is to be said of it every time, so it is compiled every time. */
  readonly isWarned: boolean;
  /** The same where notes are asked for. */
  readonly isNoted: boolean;
  readonly flowServices: readonly FlowService[];
  readonly families: ReadonlyMap<IpFamily, KnownFamily>;
}

/** What a group contributes to one family's table. */
export interface KnownFamily {
  readonly fragment: { readonly record: FragmentRecord; readonly share: FragmentShare } | undefined;
  /** The cluster IP, where it is served. */
  readonly clusterIP: string | undefined;
  /** Cluster IPs that another proxy serves. */
  readonly otherProxyClusterIPs: readonly string[];
}

import type { NftFamily } from '../net/family.ts';
import type { Packet } from '../packet/packet.ts';
import type { Origin } from '../plan/plan.ts';
import type { Lacking } from '../plan/uncompiled.ts';
import type { Answer } from './answer.ts';
import type { ChangeType, EndpointChange } from './aspects.ts';
import type { Behaviour } from './behaviour.ts';
import type { Gone } from './blame/blame.ts';
import type { Destination } from './destination.ts';
import type { KnownDifference } from './known/known-differences.ts';

import type { Acceptance } from './risks/accept.ts';
import type { RiskCode, RiskSeverity } from './risks/table.ts';
import type { ServiceWays } from './ways.ts';

export interface Risk {
  readonly code: RiskCode;
  readonly severity: RiskSeverity;
  /** The code's name, as documents have it. */
  readonly kind: string;
  /** The label of the destination that it is about. */
  readonly subject: string;
  /** What is said of the subject: `reachable from outside now`. */
  readonly text: string;
}

/** One thing that changes for packets. */
export interface Change {
  readonly type: ChangeType;
  readonly family: NftFamily;
  /** `shop/web`; undefined where no Service is concerned. */
  readonly service: string | undefined;
  /** All destinations at which the same changes for the same clients. */
  readonly destinations: readonly Destination[];
  /** Labels of the clients for whom it changes; empty for everyone. */
  readonly clients: readonly string[];
  readonly before: Answer;
  readonly after: Answer;
  /** Endpoints whose probability differs; only for endpoints and answers. */
  readonly endpoints: readonly EndpointChange[];
  readonly risks: readonly Risk[];
  /** A packet that the sides treat differently. */
  readonly witness: Witness;
  /** The field that is behind it, where manifests were given: of the new side, or of the old one. */
  readonly origin: Origin | undefined;
  /** What somebody did to that field, where the manifests of both sides were given. */
  readonly cause: string | undefined;
  /** Where the origin is on the old side alone. */
  readonly gone?: Gone;
  /** Of a change from a kube-proxy to natc, or back: the decision of natc's that it follows from. */
  readonly known?: KnownDifference;
}

export interface Witness {
  readonly packet: Packet;
  /** What was taken for this node's addresses. */
  readonly nodeAddresses: ReadonlySet<string>;
  readonly before: Behaviour;
  readonly after: Behaviour;
}

/** What is to be told of a Service beside its changes. */
export interface Remark {
  /** `shop/web` */
  readonly service: string;
  readonly text: string;
  readonly origin: Origin;
}

/** What a change of rulesets changes for packets. */
export interface TrafficDiff {
  /** Empty: both rulesets treat every packet alike. */
  readonly changes: readonly Change[];
  /** What Services claim of others since; the worst first. Some claims change nothing for packets. */
  readonly claims: readonly ClaimRisk[];
  /** What the comparison does not cover, since natc could not compile it. */
  readonly notCompared: readonly NotCompared[];
  /** Why endpoints of Services are others, as far as their workloads tell. */
  readonly remarks: readonly Remark[];
  /** `shop/web` of every Service that either side serves or refuses. */
  readonly services: {
    readonly before: ReadonlySet<string>;
    readonly after: ReadonlySet<string>;
  };
  /** Where the traffic of Services goes, by their names, where somebody draws it. */
  readonly ways?: readonly ServiceWays[];
  /** Addresses of this node that were known or taken for granted. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** How many Services the sides have, where `services` has only some of them. */
  readonly total?: number;
  /** What somebody has looked at; absent: nobody has at anything. */
  readonly acceptance?: Acceptance;
  /** What was left out, of Services that are not to be shown; absent where nothing was. */
  readonly notShown?: DiffCounts;
}

export interface DiffCounts {
  readonly changes: number;
  readonly services: number;
  readonly risks: number;
}

/** A destination that a Service claims although another has or had it. */
export interface ClaimRisk {
  /**
   * `DESTINATION_TAKEN_OVER`: connections went to the other Service, which is still there, and now do
   * not. `CLAIM_LOST`: the other keeps it.
   */
  readonly kind: 'DESTINATION_TAKEN_OVER' | 'CLAIM_LOST';
  /** `192.0.2.1:80/TCP`, or `30080/TCP` for a node port. */
  readonly destination: string;
  /** `namespace/name` of the Service that claims it. */
  readonly service: string;
  /** Of the one that has or had it. */
  readonly victim: string;
  readonly text: string;
  /** The claim, where manifests were given; of two sides of manifests, what somebody changed. */
  readonly origin: Origin | undefined;
  /** What somebody did there, where the manifests of both sides were given. */
  readonly cause?: string;
  /** Where the origin is on the old side alone. */
  readonly gone?: Gone;
}

/** A Service of which a diff does not know what happens to its packets, on one side at least. */
export interface NotCompared {
  /** `namespace/name` */
  readonly service: string;
  readonly lacks: Lacking;
  readonly side: 'old' | 'new' | 'both';
  /** On the new side where it is there. */
  readonly origin: Origin;
}

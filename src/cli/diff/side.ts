import type { Invented } from '../../allocate/invented.ts';
import type { CompletedSide } from '../../complete.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { KnownSide } from '../../diff/surroundings.ts';
import type { KubeProxyListing } from '../../kube-proxy/listing.ts';
import type { Ruleset } from '../../nftables/ast.ts';

import type { CompileOptions } from '../../options.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import type { KnownServices } from '../selection/selection.ts';

/** One side of a diff: the ruleset and what it tells of the node. */
export interface DiffSide {
  readonly name: string;
  readonly kind: 'manifests' | 'cluster' | 'ruleset' | 'live' | 'kube-proxy';
  /** Undefined when a diagnostic is an error. */
  readonly ruleset: Ruleset | undefined;
  /** What the ruleset was made from; undefined unless that was manifests. */
  readonly plan?: Plan;
  /** What it was made from; undefined unless that was manifests. */
  readonly known?: KnownSide;
  readonly nodeName?: string | undefined;
  /** What manifests were compiled with. */
  readonly options?: CompileOptions;
  /** What the control plane was taken to do to manifests. */
  readonly completed?: CompletedSide;
  /** What a ruleset says that was made up for it. */
  readonly invented?: Invented;
  /** Of the Services of manifests. */
  readonly uncompiled: readonly Uncompiled[];
  /** Those that it serves or refuses, and of manifests all. */
  readonly services: KnownServices;
  readonly nodeAddresses: readonly string[];
  /** What a kube-proxy wrote; the ruleset is the outline of it. */
  readonly listing?: KubeProxyListing;
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadedSide extends DiffSide {
  readonly ruleset: Ruleset;
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { Cluster, Service } from '../../model/cluster.ts';
import type { Settings } from '../../model/settings.ts';
import type { IpFamily } from '../../net/family.ts';
import { type CompileOptions, optionFlags } from '../../options.ts';
import type { EndpointSources } from '../endpoint-sources.ts';
import type { KnownNetworks } from '../known-networks.ts';
import type { NodeFacts } from '../node-facts.ts';
import type { Plan } from '../plan.ts';

/** Families in which Services are served that are not in the plan, since they are planned already. */
export type ServedBeside = ReadonlyMap<IpFamily, { readonly hasNodePorts: boolean }>;

/** A finished plan and all that it was made from. */
export interface Planned {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** Where option values came from, when not from the command line. */
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  readonly node: NodeFacts;
  readonly sources: EndpointSources;
  readonly known: KnownNetworks;
  /** Addresses of endpoints that may be no pods', see `doubtfulEndpoints`. */
  readonly doubtful: ReadonlySet<string>;
  /** The Services that are compiled, sorted by namespace and name. */
  readonly taken: readonly Service[];
  readonly plan: Plan;
  readonly beside: ServedBeside;
}

/** Finds something that the user ought to know about a plan. */
export type Check = (planned: Planned) => readonly Diagnostic[];

/** Where `value` of an option was given. */
export const optionPlace = (
  { optionPlaces }: Planned,
  key: keyof CompileOptions,
  value: string,
): Place => optionPlaces.get(key) ?? { kind: 'option', option: optionFlags[key], value };

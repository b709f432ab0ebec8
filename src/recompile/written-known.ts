import { type WrittenFragment, writeTable } from '../nftables/canonical/write.ts';
import type { WrittenRuleset } from '../nftables/canonical/written.ts';
import type { FlowService } from '../plan/flows.ts';
import { compareBytes, sortedUnique } from '../plan/order.ts';
import type { FamilyPlan, Plan } from '../plan/plan.ts';
import type { KnownCompilation, KnownGroup } from './known.ts';

/**
 * The ruleset of all Services, from what each contributes.
 *
 * @param plan of some of them: it says what of the node the program depends on
 */
export const writtenOf = ({ groups }: KnownCompilation, plan: Plan): WrittenRuleset => ({
  tables: familyFragmentsOf(groups, plan).map(({ family, fragments }) =>
    writeTable(family, fragments),
  ),
});

export interface KnownTable {
  /** With the cluster IPs of all Services, and no ServicePorts. */
  readonly family: FamilyPlan;
  /** In the plan's order. */
  readonly fragments: readonly WrittenFragment[];
}

/** What the groups contribute to each family. */
export function familyFragmentsOf(
  groups: KnownCompilation['groups'],
  plan: Plan,
): readonly KnownTable[] {
  const all = inOrder(groups);
  return plan.families.map((family) => {
    const parts = all.flatMap(([service, { families }]) => {
      const part = families.get(family.family);
      return part === undefined ? [] : [{ service, part }];
    });
    const clusterIPs = sortedUnique(parts.flatMap(({ part }) => part.clusterIP ?? []));
    const served = new Set(clusterIPs);
    return {
      family: {
        ...family,
        servicePorts: [],
        clusterIPs,
        otherProxyClusterIPs: sortedUnique(
          parts
            .flatMap(({ part }) => part.otherProxyClusterIPs)
            .filter((address) => !served.has(address)),
        ),
      },
      fragments: parts.flatMap(({ service, part: { fragment } }) =>
        fragment === undefined ? [] : [{ service, ...fragment }],
      ),
    };
  });
}

type Entry = readonly [name: string, group: KnownGroup];

const ordered = new WeakMap<KnownCompilation['groups'], readonly Entry[]>();

/** Groups by namespace and name: nothing comes before what separates them. */
export function inOrder(groups: KnownCompilation['groups']): readonly Entry[] {
  const known = ordered.get(groups);
  if (known !== undefined) return known;
  const keyed = Array.from(groups, (entry) => ({ key: entry[0].replace('/', '\0'), entry }));
  const list = keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ entry }) => entry);
  ordered.set(groups, list);
  return list;
}

/** What connections by UDP and SCTP depend on, of all Services. */
export const knownFlowServices = (
  { groups }: KnownCompilation,
  { families }: Plan,
): readonly FlowService[] => {
  const served = inOrder(groups).flatMap(([, group]) => group.flowServices);
  return families.flatMap(({ family }) => served.filter((each) => each.family === family));
};

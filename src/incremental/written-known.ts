import { type WrittenFragment, writeTable } from '../nftables/canonical/write.ts';
import type { WrittenRuleset } from '../nftables/canonical/written.ts';
import type { FlowService } from '../plan/flows.ts';
import { compareBytes, sortedUnique } from '../plan/order.ts';
import type { FamilyPlan, Plan } from '../plan/plan.ts';
import type { KnownCompilation } from './known.ts';

/**
 * The ruleset of all Services, from what each contributes.
 *
 * @param plan of some of them: it says what of the node the program depends on
 */
export const writtenOf = ({ groups }: KnownCompilation, plan: Plan): WrittenRuleset => ({
  tables: familiesOf(groups, plan).map(({ family, fragments }) => writeTable(family, fragments)),
});

export interface KnownTable {
  /** With the cluster IPs of all Services, and no ServicePorts. */
  readonly family: FamilyPlan;
  /** In the plan's order. */
  readonly fragments: readonly WrittenFragment[];
}

/** What the groups contribute to each family. */
export function familiesOf(groups: KnownCompilation['groups'], plan: Plan): readonly KnownTable[] {
  const names = inOrder(groups);
  return plan.families.map((family) => {
    const parts = names.flatMap((service) => {
      const part = groups.get(service)?.families.get(family.family);
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

/** The names of groups, by namespace and name: nothing comes before what separates them. */
const inOrder = (groups: KnownCompilation['groups']): readonly string[] =>
  Array.from(groups.keys(), (name) => name.replace('/', '\0'))
    .sort(compareBytes)
    .map((name) => name.replace('\0', '/'));

/** What connections by UDP and SCTP depend on, of all Services. */
export const flowServicesOf = (
  { groups }: KnownCompilation,
  { families }: Plan,
): readonly FlowService[] => {
  const names = inOrder(groups).filter((name) => (groups.get(name)?.flowServices.length ?? 0) > 0);
  return families.flatMap(({ family }) =>
    names.flatMap(
      (name) => groups.get(name)?.flowServices.filter((each) => each.family === family) ?? [],
    ),
  );
};

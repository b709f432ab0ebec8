import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import { type FamilyPlan, type Plan, type ServicePortPlan, servicePortName } from '../plan/plan.ts';

/**
 * What iptables cannot do as nftables does (docs/iptables.md), where a plan is touched by it: one
 * diagnostic for each thing, that names everything concerned.
 */
export const iptablesLimits = (plan: Plan): readonly Diagnostic[] => [
  ...affinityLists(plan),
  ...linearSearch(plan),
];

/** xt_recent's `ip_list_tot`, unless the module was loaded with another value. */
const clientsPerList = 100;

/** A12: the list of an endpoint is full early, and then forgets who was seen longest ago. */
function affinityLists(plan: Plan): readonly Diagnostic[] {
  const sticky = new Map<string, ServicePortPlan>();
  for (const { servicePorts } of plan.families)
    for (const servicePort of servicePorts)
      if (servicePort.affinityTimeout !== undefined)
        sticky.set(servicePortName(servicePort), servicePort);
  if (sticky.size === 0) return [];
  return [
    {
      code: 'NATC4201',
      severity: 'warning',
      message: `iptables remembers ${clientsPerList} clients of each endpoint, so session affinity may be lost early: ${someOf(
        [...sticky.keys()],
      )}`,
      places: [...sticky.values()].slice(0, mostPlaces).map(
        ({ origin }): Place => ({
          kind: 'field',
          object: origin.object,
          path: ['spec', 'sessionAffinity'],
        }),
      ),
      hint: 'load the module with room for more, e.g. modprobe xt_recent ip_list_tot=10000, or use nftables',
    },
  ];
}

/** About where looking through the rules costs as much as the rest of making a connection. */
const manyDestinations = 1000;

function linearSearch(plan: Plan): readonly Diagnostic[] {
  const most = Math.max(0, ...plan.families.map(destinations));
  if (most <= manyDestinations) return [];
  return [
    {
      code: 'NATC4202',
      severity: 'note',
      message: `iptables looks through ${most} destinations one by one for each new connection`,
      places: [],
      hint: 'use nftables, which looks them up in a map',
    },
  ];
}

const destinations = ({ servicePorts }: FamilyPlan): number =>
  servicePorts.reduce((sum, { frontends }) => sum + frontends.length, 0);

const mostPlaces = 10;

/** `a, b, c and 4 more` */
function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

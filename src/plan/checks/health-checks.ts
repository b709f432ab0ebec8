import type { GroupSubject } from '../../diagnostics/group.ts';
import { grouped, services } from './grouped.ts';
import type { Check } from './planned.ts';

/** H1: no rule of a ruleset answers a load balancer that asks for a Service's health. */
export const unansweredHealthChecks: Check = ({ plan }) => {
  const subjects = new Map<string, GroupSubject>();
  for (const { healthChecks } of plan.families)
    for (const { namespace, service, origin } of healthChecks) {
      const name = `${namespace}/${service}`;
      if (!subjects.has(name)) subjects.set(name, { name, place: { kind: 'field', ...origin } });
    }
  return grouped('NATC5153', 'note', [...subjects.values()], {
    noun: services,
    says: [
      'has a health-check node port, at which rules answer nothing',
      'have health-check node ports, at which rules answer nothing',
    ],
    hint: 'natc apply --from-cluster --follow answers there; after natc apply alone, load balancers take this node for one without endpoints',
  });
};

import type { Endpoint, FamilyPlan } from '../plan.ts';
import { type GroupSubject, grouped } from './grouped.ts';
import type { Check } from './planned.ts';

/** E13: after DNAT such a packet meets the refusal of unused cluster IP ports (K1). */
export const clusterIPEndpoints: Check = ({ plan, doubtful }) =>
  plan.families.flatMap((family) =>
    grouped('NATC3022', 'warning', subjectsIn(family, doubtful), {
      noun: ['endpoint', 'endpoints'],
      says: ['is a cluster IP and cannot be reached', 'are cluster IPs and cannot be reached'],
      hint: 'list the addresses behind that Service instead of its cluster IP',
    }),
  );

function subjectsIn(
  { clusterIPs, servicePorts }: FamilyPlan,
  doubtful: ReadonlySet<string>,
): readonly GroupSubject[] {
  const services = new Set(clusterIPs.filter((address) => doubtful.has(address)));
  if (services.size === 0) return [];
  const found = new Set<Endpoint>();
  for (const { clusterEndpoints, localEndpoints } of servicePorts) {
    for (const endpoint of clusterEndpoints)
      if (services.has(endpoint.address)) found.add(endpoint);
    for (const endpoint of localEndpoints) if (services.has(endpoint.address)) found.add(endpoint);
  }
  return Array.from(found, ({ address, origin }) => ({
    name: address,
    place: { kind: 'field', ...origin },
  }));
}

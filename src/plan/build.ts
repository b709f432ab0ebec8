import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { normaliseCidrs } from '../net/cidr.ts';
import { ipFamilies } from '../net/family.ts';
import type { CompileOptions } from '../options.ts';
import type { ServedBeside } from './checks/planned.ts';
import { checkPlan } from './checks.ts';
import { settleClaims } from './claims.ts';
import { type EndpointSources, indexEndpointSources } from './endpoint-sources.ts';
import { doubtfulEndpoints, knownNetworks } from './known-networks.ts';
import { localDetector } from './local-detector.ts';
import { nodeFacts } from './node-facts.ts';
import { nodePortAddresses } from './node-port-addresses.ts';
import { sortedUnique } from './order.ts';
import { type Owners, ownersOf } from './owners.ts';
import type { FamilyPlan, Plan } from './plan.ts';
import { planService, type ServiceSurroundings } from './service-ports.ts';
import { otherProxyClusterIPs, takeServices } from './taken-services.ts';

/**
 * Decides what a service proxy would do with a cluster on one node (docs/rules.md):
 * which destinations are served, by which endpoints, under which policies. Pure, linear in its input,
 * and independent of the order of the objects.
 *
 * @param cluster validated objects with the API's defaults filled in.
 * @param settings kube-proxy's settings and the facts about the node.
 * @param optionPlaces where option values came from, when not from the command line.
 * @param sources of this cluster, when they were indexed already.
 * @param beside what is served besides the cluster's Services.
 * @returns the plan, and all that is to be said about it; the plan is complete even with errors.
 */
export function buildPlan(
  cluster: Cluster,
  settings: Settings,
  optionPlaces: ReadonlyMap<keyof CompileOptions, Place> = new Map(),
  sources: EndpointSources = indexEndpointSources(cluster),
  beside: ServedBeside = new Map(),
): { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] } {
  const { taken, unserved } = takeServices(cluster.services, settings);
  const node = nodeFacts(cluster, settings);
  const owners = ownersOf(cluster.services);
  const known = knownNetworks(cluster, settings, owners);
  const families = ipFamilies
    .filter((family) => settings.families.includes(family))
    .map((family) =>
      planFamily(cluster, taken, owners, { family, settings, node, sources, known }),
    );
  const plan: Plan = { families: families.map((built) => built.plan), unserved };
  const planned = {
    ...{ cluster, settings, optionPlaces, node, sources, known, taken, plan, beside },
    doubtful: doubtfulEndpoints(known, sources),
  };
  const claims = families.flatMap((built) => built.diagnostics);
  return { plan, diagnostics: [...claims, ...checkPlan(planned)] };
}

/** One family is compiled without a look at the other (S6). */
function planFamily(
  cluster: Cluster,
  taken: Cluster['services'],
  owners: Owners,
  around: ServiceSurroundings,
): { readonly plan: FamilyPlan; readonly diagnostics: readonly Diagnostic[] } {
  const { family, settings, node } = around;
  const services = taken
    .map((service) => planService(service, around))
    .filter((service) => service !== undefined);
  const others = otherProxyClusterIPs(cluster.services, settings, family);
  const clusterIPs = sortedUnique(
    services
      .filter(({ service, clusterIP }) => owners.clusterIPs.get(clusterIP) === service)
      .map(({ clusterIP }) => clusterIP),
  );
  const served = new Set(clusterIPs);
  const listenOn = nodePortAddresses(settings, node, family);
  const { servicePorts, healthChecks, contests, diagnostics } = settleClaims(services, {
    family,
    validate: settings.validate,
    owners,
    nodeAddresses: node.addresses,
    nodePortAddresses: listenOn,
  });
  const plan: FamilyPlan = {
    family,
    localDetector: localDetector(settings, node, family),
    masqueradeAll: settings.masqueradeAll,
    masqueradeMark: 2 ** settings.masqueradeBit,
    clusterIPs,
    otherProxyClusterIPs: sortedUnique(others.filter((address) => !served.has(address))),
    serviceCIDRs: normaliseCidrs(settings.serviceCIDRs.filter((cidr) => cidr.family === family)),
    nodePortAddresses: listenOn,
    servicePorts,
    healthChecks,
    contests,
  };
  return { plan, diagnostics };
}

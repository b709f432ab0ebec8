/** The plan of all Services in memory, led along with changes of some: for a backend that lays all of it out. */
import type { SourceObject } from '../diagnostics/source.ts';
import type { IpFamily } from '../net/family.ts';
import { compareBytes } from '../plan/order.ts';
import type { Endpoint, FamilyPlan, Origin, Plan, ServicePortPlan } from '../plan/plan.ts';

export interface LivePlan {
  /** Takes what some Services are served by from now on, by `namespace/name`: nothing for one that is gone. */
  readonly put: (services: Iterable<string>, plan: Plan) => void;
  /** In one family, in the order of a plan. They point to no object. */
  readonly servicePorts: (family: IpFamily) => readonly ServicePortPlan[];
}

type ByService = Map<string, readonly ServicePortPlan[]>;

export function makeLivePlan(plan: Plan): LivePlan {
  const families = new Map<IpFamily, ByService>(
    plan.families.map((family) => [family.family, servicePortsOf(family)]),
  );
  return {
    put: (services, { families: changed }) => {
      const next = new Map(changed.map((family) => [family.family, servicePortsOf(family)]));
      for (const service of services)
        for (const [family, known] of families) {
          const servicePorts = next.get(family)?.get(service);
          if (servicePorts === undefined) known.delete(service);
          else known.set(service, servicePorts);
        }
    },
    servicePorts: (family) => [...(families.get(family)?.values() ?? [])].sort(byService).flat(),
  };
}

function servicePortsOf({ servicePorts }: FamilyPlan): ByService {
  const found = new Map<string, ServicePortPlan[]>();
  for (const servicePort of servicePorts) {
    const key = `${servicePort.namespace}/${servicePort.service}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, [withoutOrigin(servicePort)]);
    else known.push(withoutOrigin(servicePort));
  }
  return found;
}

const byService = ([a]: readonly ServicePortPlan[], [b]: readonly ServicePortPlan[]): number =>
  a === undefined || b === undefined
    ? 0
    : compareBytes(a.namespace, b.namespace) || compareBytes(a.service, b.service);

/** An object of the first compilation would keep the text of all objects in memory. */
const withoutOrigin = (servicePort: ServicePortPlan): ServicePortPlan => ({
  ...servicePort,
  origin: nowhere,
  frontends: servicePort.frontends.map((frontend) => ({ ...frontend, origin: nowhere })),
  clusterEndpoints: servicePort.clusterEndpoints.map(endpointWithout),
  localEndpoints: servicePort.localEndpoints.map(endpointWithout),
});

const endpointWithout = (endpoint: Endpoint): Endpoint => ({ ...endpoint, origin: nowhere });

const noObject: SourceObject = {
  source: { name: '', text: '' },
  extent: { format: 'json', start: 0, end: 0, path: [] },
  apiVersion: 'v1',
  kind: 'Service',
  value: {},
};

const nowhere: Origin = { object: noObject, path: [] };

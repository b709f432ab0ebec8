import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import type { EndpointPort, Service } from '../../model/cluster.ts';
import type { IpFamily } from '../../net/family.ts';
import { endpointListsOf, endpointSourceOf, serviceKey } from '../endpoint-sources.ts';
import { slicePortKey } from '../merge-endpoints.ts';
import { sortedUnique } from '../order.ts';
import { type ServicePortPlan, servicePortName } from '../plan.ts';
import { type GroupSubject, grouped } from './grouped.ts';
import type { Check, Planned } from './planned.ts';

/** P1-P3: which ServicePorts refuse connections, and F2: where a port's name is to blame. */
export const withoutEndpoints: Check = (planned) => {
  const services = new Map(planned.taken.map((service) => [keyOf(service), service]));
  const mismatches = new Map<string, Diagnostic>();
  const notes = planned.plan.families.flatMap(({ family, servicePorts }) => {
    const subjects: GroupSubject[] = [];
    for (const [key, refused] of refusedByService(servicePorts)) {
      const service = services.get(key);
      const offered = service && offeredPorts(planned, service, family);
      for (const servicePort of refused) {
        if (offered === undefined || offered.keys.has(keyOfPort(servicePort))) {
          subjects.push(subjectOf(servicePort));
        } else {
          // Said once for a Service whose slices of both families lack the port.
          const field = `${key} ${servicePort.origin.path.join('.')}`;
          mismatches.set(field, portMismatch(servicePort, offered));
        }
      }
    }
    return grouped('NATC3011', 'note', subjects, {
      noun: ['Service port', 'Service ports'],
      says: [
        `has no usable ${family} endpoints: connections are refused`,
        `have no usable ${family} endpoints: connections are refused`,
      ],
    });
  });
  return [...mismatches.values(), ...notes];
};

const keyOf = (service: Service): string => serviceKey(service.namespace, service.name);

const keyOfPort = ({ protocol, portName }: ServicePortPlan): string =>
  slicePortKey(protocol, portName);

const subjectOf = (servicePort: ServicePortPlan): GroupSubject => ({
  name: servicePortName(servicePort),
  place: { kind: 'field', ...servicePort.origin },
});

function refusedByService(
  servicePorts: readonly ServicePortPlan[],
): ReadonlyMap<string, readonly ServicePortPlan[]> {
  const refused = servicePorts.filter(({ frontends }) =>
    frontends.some((frontend) => frontend.verdict.kind === 'reject'),
  );
  const byService = new Map<string, ServicePortPlan[]>();
  for (const servicePort of refused) {
    const key = serviceKey(servicePort.namespace, servicePort.service);
    const found = byService.get(key);
    if (found === undefined) byService.set(key, [servicePort]);
    else found.push(servicePort);
  }
  return byService;
}

/** The ports that a Service's endpoints of one family have. */
interface OfferedPorts {
  readonly keys: ReadonlySet<string>;
  readonly described: string;
  /** An object with endpoints, to point at. */
  readonly object: SourceObject;
}

/** @returns undefined when there are no endpoints to speak of, whatever their ports. */
function offeredPorts(
  { sources }: Planned,
  service: Service,
  family: IpFamily,
): OfferedPorts | undefined {
  const slices = endpointListsOf(endpointSourceOf(sources, service), family).filter(
    (slice) => slice.endpoints.length > 0,
  );
  const ports = slices.flatMap((slice) => slice.ports).filter((port) => port.port !== 0);
  const [first] = slices;
  if (first === undefined || ports.length === 0) return undefined;
  return {
    keys: new Set(ports.map((port) => slicePortKey(port.protocol, port.name))),
    described: sortedUnique(ports.map(describePort)).slice(0, 5).join(', '),
    object: first.object,
  };
}

const describePort = ({ name, protocol }: Pick<EndpointPort, 'name' | 'protocol'>): string =>
  name === '' ? `an unnamed one (${protocol})` : `${quote(name)} (${protocol})`;

function portMismatch(
  servicePort: ServicePortPlan,
  { object, described }: OfferedPorts,
): Diagnostic {
  const { protocol, portName, namespace, service } = servicePort;
  const port = portName === '' ? `unnamed ${protocol} port` : `${protocol} port "${portName}"`;
  const portsField = object.kind === 'Endpoints' ? 'subsets' : 'ports';
  return {
    code: 'NATC3012',
    severity: 'warning',
    message: `the endpoints of Service ${namespace}/${service} have no ${port}: connections to it are refused`,
    places: [
      { kind: 'field', ...servicePort.origin },
      { kind: 'field', object, path: [portsField], note: 'ports of the endpoints' },
    ],
    hint: `a Service port takes the endpoints' port of the same name and protocol; they have ${described}`,
  };
}

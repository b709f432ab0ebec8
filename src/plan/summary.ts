import type { ServiceType, TrafficPolicy } from '../model/cluster.ts';
import type { IpFamily, Protocol } from '../net/family.ts';
import { healthCheckStatus } from './health-check.ts';
import { compareBytes } from './order.ts';
import type {
  EndpointCounts,
  FamilyPlan,
  HealthCheck,
  Plan,
  ServicePortPlan,
  UnservedReason,
  UnservedService,
} from './plan.ts';

/** One line of the table that `compile -o summary` and `natc list` print. */
export interface SummaryRow {
  readonly namespace: string;
  readonly service: string;
  /** '' when unnamed. */
  readonly portName: string;
  readonly type: ServiceType;
  /** What a ServicePort serves; undefined for a Service that gets no rules. */
  readonly served: ServedSummary | undefined;
  /** What else is worth a word, in few words each. */
  readonly notes: readonly string[];
}

export interface ServedSummary {
  readonly protocol: Protocol;
  readonly port: number;
  /** Of all families: cluster IPs, external IPs, load-balancer IPs; IPv4 first. */
  readonly addresses: readonly string[];
  /** 0 when there is none. */
  readonly nodePort: number;
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  /** One entry for each family in which the Service exists. */
  readonly endpoints: readonly (EndpointCounts & { readonly family: IpFamily })[];
}

/** Puts a plan into rows, one per ServicePort and unserved Service, sorted by name. */
export function summarise(plan: Plan): readonly SummaryRow[] {
  const ports = new Map<string, FamiliesOfPort>();
  for (const family of plan.families) {
    const healthChecks = new Map(family.healthChecks.map((check) => [nameOf(check), check]));
    for (const servicePort of family.servicePorts) {
      const key = `${nameOf(servicePort)} ${servicePort.portName} ${servicePort.protocol}`;
      const entry = { family, servicePort, healthCheck: healthChecks.get(nameOf(servicePort)) };
      const found = ports.get(key);
      if (found === undefined) ports.set(key, [entry]);
      else found.push(entry);
    }
  }
  return [...Array.from(ports.values(), servedRow), ...plan.unserved.map(unservedRow)].sort(
    (a, b) =>
      compareBytes(a.namespace, b.namespace) ||
      compareBytes(a.service, b.service) ||
      compareBytes(a.portName, b.portName) ||
      compareBytes(a.served?.protocol ?? '', b.served?.protocol ?? ''),
  );
}

/** The same ServicePort in one of its families. */
interface PortInFamily {
  readonly family: FamilyPlan;
  readonly servicePort: ServicePortPlan;
  readonly healthCheck: HealthCheck | undefined;
}

type FamiliesOfPort = [PortInFamily, ...PortInFamily[]];

const nameOf = ({ namespace, service }: { namespace: string; service: string }): string =>
  `${namespace}/${service}`;

function servedRow(entries: FamiliesOfPort): SummaryRow {
  const [{ servicePort }] = entries;
  const frontends = entries.flatMap((entry) => entry.servicePort.frontends);
  const { namespace, service, portName, type, affinityTimeout } = servicePort;
  return {
    namespace,
    service,
    portName,
    type,
    served: {
      protocol: servicePort.protocol,
      port: servicePort.port,
      addresses: frontends.flatMap((each) => (each.kind === 'node-port' ? [] : [each.address])),
      nodePort: frontends.find((each) => each.kind === 'node-port')?.port ?? 0,
      externalTrafficPolicy: servicePort.externalTrafficPolicy,
      internalTrafficPolicy: servicePort.internalTrafficPolicy,
      endpoints: entries.map((entry) => ({
        family: entry.family.family,
        ...entry.servicePort.endpointCounts,
      })),
    },
    notes: [
      ...(affinityTimeout === undefined ? [] : [`ClientIP affinity ${affinityTimeout}s`]),
      ...notesOf(entries),
    ],
  };
}

/** What holds in one family only says in which. */
function notesOf(entries: FamiliesOfPort): readonly string[] {
  const families = new Map<string, IpFamily[]>();
  for (const entry of entries) {
    for (const note of familyNotes(entry)) {
      const found = families.get(note);
      if (found === undefined) families.set(note, [entry.family.family]);
      else found.push(entry.family.family);
    }
  }
  return Array.from(families, ([note, where]) =>
    where.length === entries.length ? note : `${where[0]}: ${note}`,
  );
}

function familyNotes({ family, servicePort, healthCheck }: PortInFamily): readonly string[] {
  const { frontends, clusterEndpoints, localEndpoints, endpointCounts, sourceRanges } = servicePort;
  const has = (kind: 'reject' | 'drop' | 'external-local'): boolean =>
    frontends.some((frontend) => frontend.verdict.kind === kind);
  const notes: string[] = [];
  notes.push(...lostNotes(family.contests, servicePort));
  if (has('reject')) notes.push('no usable endpoints: refused');
  else if (clusterEndpoints.length > 0 && endpointCounts.ready === 0) {
    notes.push('only terminating endpoints');
  }
  if (has('drop')) notes.push('no local endpoints: cluster IP dropped');
  if (has('external-local') && localEndpoints.length === 0) {
    notes.push('no local endpoints: dropped from outside');
  }
  if (sourceRanges !== undefined) notes.push('source ranges');
  if (healthCheck !== undefined) {
    notes.push(
      `health check on ${healthCheck.port}: ${healthCheckStatus(healthCheck)} by apply --follow`,
    );
  }
  return notes;
}

function lostNotes(
  contests: FamilyPlan['contests'],
  servicePort: ServicePortPlan,
): readonly string[] {
  const name = nameOf(servicePort);
  return contests
    .filter(
      ({ loser, port, protocol }) =>
        loser.service === name &&
        protocol === servicePort.protocol &&
        (loser.kind === 'node port'
          ? loser.origin.path.join('.') === [...servicePort.origin.path, 'nodePort'].join('.')
          : port === servicePort.port && loser.kind !== 'health-check node port'),
    )
    .map(({ destination, winner }) => `${destination} is ${winner.service}'s`);
}

const reasons: Readonly<Record<UnservedReason, string>> = {
  'other-proxy': 'left to another proxy',
  'external-name': 'ExternalName',
  headless: 'headless',
  'no-cluster-ip': 'no cluster IP yet',
  'other-family': 'no cluster IP of these families',
  'no-ports': 'no ports',
};

const unservedRow = ({ namespace, service, type, reason }: UnservedService): SummaryRow => ({
  namespace,
  service,
  portName: '',
  type,
  served: undefined,
  notes: [reasons[reason]],
});

import { type FamilyPlan, type Plan, type ServicePortPlan, servicePortName } from './plan.ts';

/** The original destination and the reply's source of a UDP conntrack entry. */
export interface UdpConnection {
  readonly destination: string;
  readonly destinationPort: number;
  readonly replySource: string;
}

/**
 * Which UDP conntrack entries of one family must go, so that the next packet of their flow meets the
 * rules again (C1-C9). UDP has no end of connection: without this a flow to an endpoint that is gone
 * would go on forever. Addresses that serve are those of all serving endpoints, whatever the policies
 * (C3); a ServicePort without any is left alone (C5).
 *
 * @returns a test for one entry, constant in time.
 */
export function staleUdp(family: FamilyPlan): (connection: UdpConnection) => boolean {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const servicePort of family.servicePorts) {
    if (!isCleaned(servicePort)) continue;
    const serving = new Set(servicePort.servingAddresses);
    for (const frontend of servicePort.frontends) {
      if (frontend.kind === 'node-port') byNodePort.set(frontend.port, serving);
      else byAddress.set(`${frontend.address} ${frontend.port}`, serving);
    }
  }
  return ({ destination, destinationPort, replySource }) => {
    const serving =
      byAddress.get(`${destination} ${destinationPort}`) ?? byNodePort.get(destinationPort);
    return serving !== undefined && !serving.has(replySource);
  };
}

const isCleaned = (servicePort: ServicePortPlan): boolean =>
  servicePort.protocol === 'UDP' && servicePort.servingAddresses.length > 0;

/**
 * The addresses that serve each UDP ServicePort, by family and name: entries are looked through only
 * when these change (C1).
 */
export function udpServices(plan: Plan): Readonly<Record<string, readonly string[]>> {
  const services: Record<string, readonly string[]> = {};
  for (const { family, servicePorts } of plan.families)
    for (const servicePort of servicePorts)
      if (servicePort.protocol === 'UDP')
        services[`${family} ${servicePortName(servicePort)}`] = servicePort.servingAddresses;
  return services;
}

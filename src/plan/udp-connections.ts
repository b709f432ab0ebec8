import type { IpFamily } from '../net/family.ts';
import { type Plan, type ServicePortPlan, servicePortName } from './plan.ts';

/** The original destination and the reply's source of a UDP conntrack entry. */
export interface UdpConnection {
  readonly destination: string;
  readonly destinationPort: number;
  readonly replySource: string;
}

/** What a UDP ServicePort of one family means for connections that exist already. */
export interface UdpService {
  readonly family: IpFamily;
  /** `namespace/name:port` */
  readonly name: string;
  /** `address port`, for each address of the Service. */
  readonly addresses: readonly string[];
  readonly nodePorts: readonly number[];
  /** Addresses of all serving endpoints, whatever the policies (C3). */
  readonly servingAddresses: readonly string[];
}

/** The UDP ServicePorts of a plan: all that the clean-up of connections needs of it. */
export const udpServices = (plan: Plan): readonly UdpService[] =>
  plan.families.flatMap(({ family, servicePorts }) =>
    servicePorts
      .filter(({ protocol }) => protocol === 'UDP')
      .map((servicePort) => udpService(family, servicePort)),
  );

function udpService(family: IpFamily, servicePort: ServicePortPlan): UdpService {
  const addresses: string[] = [];
  const nodePorts: number[] = [];
  for (const frontend of servicePort.frontends) {
    if (frontend.kind === 'node-port') nodePorts.push(frontend.port);
    else addresses.push(`${frontend.address} ${frontend.port}`);
  }
  const { servingAddresses } = servicePort;
  return { family, name: servicePortName(servicePort), addresses, nodePorts, servingAddresses };
}

/**
 * Which UDP conntrack entries of one family must go, so that the next packet of their flow meets the
 * rules again (C1-C9). UDP has no end of connection: without this a flow to an endpoint that is gone
 * would go on forever. A ServicePort without serving endpoints is left alone (C5).
 *
 * @returns a test for one entry, constant in time.
 */
export function staleUdp(
  services: readonly UdpService[],
  family: IpFamily,
): (connection: UdpConnection) => boolean {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const service of services) {
    if (service.family !== family || service.servingAddresses.length === 0) continue;
    const serving = new Set(service.servingAddresses);
    for (const address of service.addresses) byAddress.set(address, serving);
    for (const port of service.nodePorts) byNodePort.set(port, serving);
  }
  return ({ destination, destinationPort, replySource }) => {
    const serving =
      byAddress.get(`${destination} ${destinationPort}`) ?? byNodePort.get(destinationPort);
    return serving !== undefined && !serving.has(replySource);
  };
}

/**
 * Whether endpoints of a ServicePort that has UDP, or had it, differ: only then are connections looked
 * through; a changed Service object alone is no reason (C1).
 */
export function udpEndpointsDiffer(
  previous: readonly UdpService[],
  next: readonly UdpService[],
): boolean {
  const endpoints = (services: readonly UdpService[]): ReadonlyMap<string, string> =>
    new Map(
      services.map(({ family, name, servingAddresses }) => [
        `${family} ${name}`,
        [...servingAddresses].sort().join(' '),
      ]),
    );
  const before = endpoints(previous);
  const after = endpoints(next);
  return (
    [...after].some(([key, addresses]) => before.get(key) !== addresses) ||
    [...before.keys()].some((key) => !after.has(key))
  );
}

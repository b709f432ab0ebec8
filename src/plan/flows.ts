import { formatAddressPort } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { type Plan, type ServicePortPlan, servicePortName } from './plan.ts';

/** Protocols whose connections have no end that the kernel could see, or keep one for long. */
export type FlowProtocol = 'UDP' | 'SCTP';

/** What of a ServicePort of one family matters to connections that exist already. */
export interface FlowService {
  readonly family: IpFamily;
  readonly protocol: FlowProtocol;
  /** `namespace/name:port` */
  readonly name: string;
  /** Address and port, for each address of the Service: `10.96.0.10:53`, `[fd00::10]:53`. */
  readonly addresses: readonly string[];
  readonly nodePorts: readonly number[];
  /** Address and port of all serving endpoints, whatever the policies (C3, C6). */
  readonly serving: readonly string[];
}

/** The original destination and the reply's source of a conntrack entry. */
export interface Flow {
  readonly destination: string;
  readonly destinationPort: number;
  readonly replySource: string;
  readonly replySourcePort: number;
}

/** The ServicePorts of a plan that have flows: all that the clean-up of connections needs of it. */
export const flowServices = (plan: Plan): readonly FlowService[] =>
  plan.families.flatMap(({ family, servicePorts }) =>
    servicePorts.flatMap((servicePort) => {
      const { protocol } = servicePort;
      return protocol === 'TCP' ? [] : [flowService(family, protocol, servicePort)];
    }),
  );

function flowService(
  family: IpFamily,
  protocol: FlowProtocol,
  servicePort: ServicePortPlan,
): FlowService {
  const addresses: string[] = [];
  const nodePorts: number[] = [];
  for (const frontend of servicePort.frontends) {
    if (frontend.kind === 'node-port') nodePorts.push(frontend.port);
    else addresses.push(formatAddressPort(frontend.address, frontend.port));
  }
  const { servingEndpoints: serving } = servicePort;
  return { family, protocol, name: servicePortName(servicePort), addresses, nodePorts, serving };
}

/** What was served before, and what is now. */
export interface FlowChange {
  readonly before: readonly FlowService[];
  readonly after: readonly FlowService[];
}

/**
 * Which conntrack entries of one family and protocol must go, so that the next packet of their flow meets
 * the rules again (ND9): those that lead from an address that a Service has, or had, to something that is
 * no serving endpoint of it now. UDP has no end of connection: without this a flow to an endpoint that is
 * gone would go on for ever.
 *
 * An entry that was never rewritten goes where there is something to rewrite it to (C8); at an address
 * that no Service has any more it is somebody else's.
 *
 * @param isLocal whether the node itself has an address: node ports count on these only, since a flow
 *   through the node to the same port of another host is none of ours
 * @returns a test for one entry, constant in time
 */
export function staleFlows(
  { before, after }: FlowChange,
  family: IpFamily,
  protocol: FlowProtocol,
  isLocal: (address: string) => boolean,
): (flow: Flow) => boolean {
  const isAsked = (service: FlowService): boolean =>
    service.family === family && service.protocol === protocol;
  const now = destinationsOf(after.filter(isAsked));
  const then = destinationsOf(before.filter(isAsked));
  const servingAt = (known: Destinations, { destination, destinationPort }: Flow) =>
    known.byAddress.get(formatAddressPort(destination, destinationPort)) ??
    (isLocal(destination) ? known.byNodePort.get(destinationPort) : undefined);
  return (flow) => {
    const { destination, destinationPort, replySource, replySourcePort } = flow;
    const wasRewritten = replySource !== destination || replySourcePort !== destinationPort;
    const serving = servingAt(now, flow);
    if (serving !== undefined) return !serving.has(formatAddressPort(replySource, replySourcePort));
    return wasRewritten && servingAt(then, flow) !== undefined;
  };
}

interface Destinations {
  readonly byAddress: ReadonlyMap<string, ReadonlySet<string>>;
  readonly byNodePort: ReadonlyMap<number, ReadonlySet<string>>;
}

function destinationsOf(services: readonly FlowService[]): Destinations {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const service of services) {
    const serving = new Set(service.serving);
    for (const address of service.addresses) byAddress.set(address, serving);
    for (const port of service.nodePorts) byNodePort.set(port, serving);
  }
  return { byAddress, byNodePort };
}

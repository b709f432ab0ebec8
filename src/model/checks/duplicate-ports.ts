import type { ServicePort } from '../cluster.ts';
import { at } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V6: a Service has each port number, and each node port, once per protocol. */
export const duplicatePorts: ServiceCheck = (read) => {
  refuseTwice(read, 'port');
  refuseTwice(read, 'nodePort');
  refuseShared(read);
};

/**
 * Node ports are allocated by number. Ports of the same number and different protocols share the node port that
 * the first of them asks for; no others may have the same.
 */
function refuseShared({ service, spec }: Parameters<ServiceCheck>[0]): void {
  if (service.type !== 'NodePort' && service.type !== 'LoadBalancer') return;
  const shared = new Map<number, number>();
  const allocated = new Map<number, ServicePort>();
  for (const port of service.ports) {
    const { nodePort, index, protocol } = port;
    if (nodePort === 0 || shared.get(port.port) === nodePort) continue;
    if (!shared.has(port.port)) shared.set(port.port, nodePort);
    const owner = allocated.get(nodePort);
    if (owner === undefined) allocated.set(nodePort, port);
    else if (owner.protocol !== protocol) {
      spec.report.refuse(at(spec, 'ports', index, 'nodePort'), {
        code: 'NATC2023',
        message: `nodePort ${nodePort} is given to ports ${owner.port} and ${port.port} of Service ${service.namespace}/${service.name}`,
        hint: 'choose another: only ports of the same number share a node port, under different protocols',
        also: [{ ...at(spec, 'ports', owner.index, 'nodePort'), note: 'first given here' }],
      });
    }
  }
}

function refuseTwice(
  { service, spec }: Parameters<ServiceCheck>[0],
  field: keyof ServicePort & ('port' | 'nodePort'),
): void {
  const first = new Map<string, number>();
  for (const port of service.ports) {
    if (port[field] === 0) continue;
    const key = `${port[field]}/${port.protocol}`;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, port.index);
      continue;
    }
    spec.report.refuse(at(spec, 'ports', port.index, field), {
      code: 'NATC2023',
      message: `${field} ${key} is given twice in Service ${service.namespace}/${service.name}`,
      hint: 'remove one of the two, or change its number or protocol',
      also: [{ ...at(spec, 'ports', earlier, field), note: 'first given here' }],
    });
  }
}

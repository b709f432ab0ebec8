import type { ServicePort } from '../cluster.ts';
import { at } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V6: a Service has each port number, and each node port, once per protocol. */
export const duplicatePorts: ServiceCheck = (read) => {
  refuseTwice(read, 'port');
  refuseTwice(read, 'nodePort');
};

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

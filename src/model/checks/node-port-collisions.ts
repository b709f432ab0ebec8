import type { ServicePort } from '../cluster.ts';
import { at } from '../fields.ts';
import type { ReadService } from '../service.ts';
import type { ServicesCheck } from './check.ts';

/** V4: the API server gives a node port, per protocol, to one Service only. */
export const nodePortCollisions: ServicesCheck = (services) => {
  const owners = new Map<string, { readonly read: ReadService; readonly port: ServicePort }>();
  for (const read of services) {
    for (const port of read.service.ports) {
      if (port.nodePort === 0) continue;
      const key = `${port.nodePort}/${port.protocol}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, { read, port });
      else if (owner.read !== read) refuseTaken(read, port, owner.read, owner.port);
    }
  }
};

function refuseTaken(
  { spec }: ReadService,
  port: ServicePort,
  owner: ReadService,
  ownerPort: ServicePort,
): void {
  const { namespace, name } = owner.service;
  spec.report.refuse(at(spec, 'ports', port.index, 'nodePort'), {
    code: 'NATC2027',
    message: `nodePort ${port.nodePort}/${port.protocol} is taken by Service ${namespace}/${name}`,
    hint: 'choose another port',
    also: [{ ...at(owner.spec, 'ports', ownerPort.index, 'nodePort'), note: 'first taken here' }],
  });
}

import { at, isGiven } from '../fields.ts';
import type { ReadService } from '../service.ts';
import type { ServicesCheck } from './check.ts';
import { keeps } from './keeps.ts';

/** The API server gives a cluster IP to one Service only. */
export const clusterIPCollisions: ServicesCheck = (services) => {
  const owners = new Map<string, ReadService>();
  for (const read of services) {
    for (const address of read.service.clusterIPs) {
      if (address === 'None') continue;
      const owner = owners.get(address);
      if (owner === undefined) owners.set(address, read);
      else if (owner !== read) refuseTaken(read, address, owner);
    }
  }
};

function refuseTaken(read: ReadService, address: string, owner: ReadService): void {
  const { namespace, name } = owner.service;
  read.spec.report.refuse(clusterIPPlace(read, address), {
    code: 'NATC2032',
    message: `cluster IP ${address} is taken by Service ${namespace}/${name}`,
    hint: keeps(read, owner, 'choose another address, or none to have the API server allocate one'),
    also: [{ ...clusterIPPlace(owner, address), note: 'first taken here' }],
  });
}

function clusterIPPlace({ service, spec }: ReadService, address: string) {
  const index = service.clusterIPs.indexOf(address);
  return isGiven(spec, 'clusterIPs') ? at(spec, 'clusterIPs', index) : at(spec, 'clusterIP');
}

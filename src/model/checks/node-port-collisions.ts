import { at } from '../fields.ts';
import type { ReadService } from '../service.ts';
import type { ServicesCheck } from './check.ts';
import { keeps } from './keeps.ts';

/** One use of a number that the API server allocates for node ports. */
interface Use {
  readonly read: ReadService;
  /** As messages call it: `nodePort 30080/TCP`. */
  readonly text: string;
  /** Where packets for it go, in each family; a health check is answered over TCP. */
  readonly sockets: readonly string[];
  readonly path: readonly (string | number)[];
}

/**
 * V6: the API server gives a node port to one Service only, whatever the protocol, and health-check
 * node ports are from the same range.
 */
export const nodePortCollisions: ServicesCheck = (services) => {
  const numbers = new Map<number, Use>();
  const sockets = new Map<string, Use>();
  for (const read of services) {
    for (const { number, ...use } of usesOf(read)) {
      const taken = use.sockets
        .map((socket) => sockets.get(socket))
        .find((each) => each !== undefined);
      const owner = taken ?? numbers.get(number);
      if (owner !== undefined && owner.read !== read)
        refuseTaken(use, owner, taken === undefined ? 'number' : 'socket');
      if (!numbers.has(number)) numbers.set(number, use);
      for (const socket of use.sockets) if (!sockets.has(socket)) sockets.set(socket, use);
    }
  }
};

function usesOf(read: ReadService): readonly (Use & { readonly number: number })[] {
  const { ports, type, ipFamilies, healthCheckNodePort } = read.service;
  const socketsOf = (port: number, protocol: string): readonly string[] =>
    ipFamilies.map((family) => `${port}/${protocol} ${family}`);
  const uses = ports
    .filter(({ nodePort }) => nodePort !== 0)
    .map(({ nodePort, protocol, index }) => ({
      read,
      number: nodePort,
      text: `nodePort ${nodePort}/${protocol}`,
      sockets: socketsOf(nodePort, protocol),
      path: ['ports', index, 'nodePort'],
    }));
  if (healthCheckNodePort === 0 || type !== 'LoadBalancer') return uses;
  const healthCheck = {
    read,
    number: healthCheckNodePort,
    text: `healthCheckNodePort ${healthCheckNodePort}`,
    sockets: socketsOf(healthCheckNodePort, 'TCP'),
    path: ['healthCheckNodePort'],
  };
  return [...uses, healthCheck];
}

/** @param shared packets for the one are packets for the other, or only their numbers are the same */
function refuseTaken(use: Use, owner: Use, shared: 'socket' | 'number'): void {
  const { namespace, name } = owner.read.service;
  const { spec } = use.read;
  const remedy = 'choose another port';
  spec.report.refuse(at(spec, ...use.path), {
    code: 'NATC2027',
    message: `${use.text} is taken by Service ${namespace}/${name}${
      shared === 'socket' ? '' : `, as ${owner.text}`
    }`,
    hint:
      shared === 'socket'
        ? keeps(use.read, owner.read, remedy)
        : `${remedy}: the API server gives each number to one Service${
            spec.report.isLenient ? '; both are served, as by kube-proxy' : ''
          }`,
    also: [{ ...at(owner.read.spec, ...owner.path), note: 'first taken here' }],
  });
}

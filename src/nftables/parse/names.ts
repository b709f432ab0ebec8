/**
 * What names of a ruleset say, where text is all there is; names.ts makes them. Nothing else takes natc's
 * names apart.
 */
import type { ChainRole, ClientMapOf } from '../ast.ts';

const externalLocal = /^external-local-/;

/** What a chain is for, if anybody asks for that. */
export const chainRole = (name: string): ChainRole | undefined =>
  externalLocal.test(name) ? 'external-local' : undefined;

const clientMap = /^clients(-local)?\/([^/]+\/[^/]+)\/(tcp|udp|sctp)\/([^/]*)\/(\d{1,5})$/;

/** Whose clients a map holds: `clients-local/shop/web/tcp/http/8080`. */
export function clientMapOf(name: string): ClientMapOf | undefined {
  const [, local, service, protocol, portName, endpointPort] = clientMap.exec(name) ?? [];
  return service === undefined || portName === undefined
    ? undefined
    : {
        servicePort: { service, portName },
        protocol: protocol as ClientMapOf['protocol'],
        list: local === undefined ? 'cluster' : 'local',
        endpointPort: Number(endpointPort),
      };
}

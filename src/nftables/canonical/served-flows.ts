import { formatAddressPort } from '../../net/address.ts';
import type { FlowProtocol, FlowService } from '../../plan/flows.ts';
import { collections } from '../names.ts';
import type { CanonicalRuleset } from './canonical.ts';
import { keyFields } from './read-text.ts';

const protocols: Readonly<Record<string, FlowProtocol>> = { udp: 'UDP', sctp: 'SCTP' };

/**
 * The destinations by UDP and SCTP that a ruleset has rules for, as one nameless Service a family and
 * protocol: enough to recognise connections to them, where nobody noted what was served.
 */
export function flowServicesOf({ tables }: CanonicalRuleset): readonly FlowService[] {
  return tables.flatMap(({ family, collections: found }) => {
    const keysOf = (...names: readonly string[]): readonly (readonly string[])[] =>
      names.flatMap((name) => [...(found.get(name)?.elements.keys() ?? [])].map(keyFields));
    const services = keysOf(collections.services, collections.refusedServices);
    const nodePorts = keysOf(collections.nodePorts, collections.refusedNodePorts);
    return Object.entries(protocols).map(
      ([l4proto, protocol]): FlowService => ({
        family: family === 'ip' ? 'IPv4' : 'IPv6',
        protocol,
        name: 'unknown',
        addresses: services
          .filter(([, proto]) => proto === l4proto)
          .map(([address = '', , port]) => formatAddressPort(address, Number(port))),
        nodePorts: nodePorts.filter(([proto]) => proto === l4proto).map(([, port]) => Number(port)),
        serving: [],
      }),
    );
  });
}

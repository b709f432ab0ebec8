/**
 * What the API server gives to one Service only: cluster IPs and node ports. Where several Services
 * list one all the same, it is the oldest one's, whatever proxy that is for (ND11). kube-proxy keeps the
 * node ports of the two families apart.
 */
import type { Service } from '../model/cluster.ts';
import { compareSeniority } from '../model/seniority.ts';
import type { IpFamily } from '../net/family.ts';

export interface Owners {
  readonly clusterIPs: ReadonlyMap<string, Service>;
  /** By {@link nodePortOwnerKey}; health-check node ports are TCP. */
  readonly nodePorts: ReadonlyMap<string, Service>;
}

/** `30080/TCP IPv4` */
export const nodePortOwnerKey = (port: number, protocol: string, family: IpFamily): string =>
  `${port}/${protocol} ${family}`;

/** @param services all of a cluster */
export function ownersOf(services: readonly Service[]): Owners {
  const clusterIPs = new Map<string, Service>();
  const nodePorts = new Map<string, Service>();
  const claim = (owners: Map<string, Service>, key: string, service: Service): void => {
    const owner = owners.get(key);
    if (owner === undefined || compareSeniority(service, owner) < 0) owners.set(key, service);
  };
  for (const service of services) {
    const { type, ports, ipFamilies, healthCheckNodePort } = service;
    for (const address of service.clusterIPs) {
      if (address !== 'None') claim(clusterIPs, address, service);
    }
    for (const family of ipFamilies) {
      for (const { nodePort, protocol } of ports) {
        if (nodePort !== 0) claim(nodePorts, nodePortOwnerKey(nodePort, protocol, family), service);
      }
      if (type === 'LoadBalancer' && healthCheckNodePort !== 0)
        claim(nodePorts, nodePortOwnerKey(healthCheckNodePort, 'TCP', family), service);
    }
  }
  return { clusterIPs, nodePorts };
}

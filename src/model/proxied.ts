import { familyOf } from '../net/address.ts';
import type { Service, ServicePort } from './cluster.ts';
import { addressFamilies } from './cluster-ips.ts';

/**
 * A Service as kube-proxy would take it, where the API server would not: only with `--validate warn`
 * does this differ from what was read.
 */
export function asProxied(service: Service): Service {
  const ports = distinctPorts(service.ports);
  const ipFamilies = isParallel(service) ? service.ipFamilies : addressFamilies(service.clusterIPs);
  const isSame = ports === service.ports && ipFamilies === service.ipFamilies;
  return isSame ? service : { ...service, ports, ipFamilies };
}

/**
 * Of ports with the same name and protocol kube-proxy has the last (S7). Between ports with the same
 * number and protocol its choice is undefined; here the first stays (P6).
 */
function distinctPorts(ports: readonly ServicePort[]): readonly ServicePort[] {
  if (ports.length < 2) return ports;
  const byName = new Map(ports.map((port) => [`${port.name}/${port.protocol}`, port]));
  const named = [...byName.values()].sort((a, b) => a.index - b.index);
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  return named.flatMap((port) => {
    const number = `${port.port}/${port.protocol}`;
    const nodePort = `${port.nodePort}/${port.protocol}`;
    if (numbers.has(number)) return [];
    const isTaken = port.nodePort !== 0 && nodePorts.has(nodePort);
    numbers.add(number);
    nodePorts.add(nodePort);
    return [isTaken ? { ...port, nodePort: 0 } : port];
  });
}

/** Families that contradict the cluster IPs say nothing: the addresses speak for themselves (D7). */
const isParallel = ({ ipFamilies, clusterIPs }: Service): boolean =>
  ipFamilies.every((family, index) => {
    const address = clusterIPs[index];
    return address === undefined || address === 'None' || familyOf(address) === family;
  });

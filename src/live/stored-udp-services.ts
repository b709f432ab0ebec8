import { parseAddress } from '../net/address.ts';
import type { UdpService } from '../plan/udp-connections.ts';
import { isCount, isLine, isListOf, isRecord } from './state-shape.ts';

/** The UDP Services that a state file says there were; undefined where one cannot be. */
export const udpServicesIn = (json: unknown): readonly UdpService[] | undefined =>
  isListOf(json, isUdpService) ? json : undefined;

function isUdpService(json: unknown): json is UdpService {
  if (!isRecord(json)) return false;
  const { family, name, addresses, nodePorts, servingAddresses } = json;
  return (
    (family === 'IPv4' || family === 'IPv6') &&
    isLine(name) &&
    isListOf(addresses, isAddressAndPort) &&
    isListOf(nodePorts, isPort) &&
    isListOf(servingAddresses, isAddress)
  );
}

const isPort = (json: unknown): json is number => isCount(json) && json <= 65_535;

const isAddress = (json: unknown): json is string =>
  typeof json === 'string' && parseAddress(json)?.text === json;

/** `10.96.0.10 53` */
function isAddressAndPort(json: unknown): json is string {
  const [, address, port] = /^(\S+) (\d{1,5})$/.exec(typeof json === 'string' ? json : '') ?? [];
  return isAddress(address) && isPort(Number(port));
}

import { isMapping } from '../../diagnostics/mapping.ts';
import { parseAddress } from '../../net/address.ts';
import type { FlowService } from '../../plan/flows.ts';
import { isCount, isLine, isListOf } from './state-shape.ts';

/** The Services with UDP or SCTP that a state file says there were; undefined where one cannot be. */
export const flowServicesIn = (json: unknown): readonly FlowService[] | undefined =>
  isListOf(json, isFlowService) ? json : undefined;

export function isFlowService(json: unknown): json is FlowService {
  if (!isMapping(json)) return false;
  const { family, protocol, name, addresses, nodePorts, serving } = json;
  return (
    (family === 'IPv4' || family === 'IPv6') &&
    (protocol === 'UDP' || protocol === 'SCTP') &&
    isLine(name) &&
    isListOf(addresses, isAddressAndPort) &&
    isListOf(nodePorts, isPort) &&
    isListOf(serving, isAddressAndPort)
  );
}

const isPort = (json: unknown): json is number => isCount(json) && json <= 65_535;

const isAddress = (json: unknown): json is string =>
  typeof json === 'string' && parseAddress(json)?.text === json;

/** `10.96.0.10:53`, `[fd00::10]:53` */
function isAddressAndPort(json: unknown): json is string {
  const [, ipv4, ipv6, port] =
    /^(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/.exec(typeof json === 'string' ? json : '') ?? [];
  return isAddress(ipv4 ?? ipv6) && isPort(Number(port));
}

import type { ServicePort } from './cluster.ts';
import { type Fields, rawField, refuseMissing } from './fields.ts';
import { servicePortFields } from './known-fields.ts';
import { checkAppProtocol, readPortName, readProtocol } from './port-fields.ts';
import { checkFields } from './shapes.ts';
import { checkTargetPort } from './target-port.ts';
import { integerField, mappingList, portRange, wholeNumbers } from './typed-fields.ts';

/** Reads `spec.ports`; a port whose number, name or protocol is refused is left out. */
export const readServicePorts = (spec: Fields): readonly ServicePort[] =>
  mappingList(spec, 'ports', readServicePort);

function readServicePort(entry: Fields, index: number): ServicePort | undefined {
  checkFields(entry, servicePortFields);
  if (rawField(entry, 'port') === undefined) refuseMissing(entry, 'port');
  const port = integerField(entry, 'port', portRange);
  const name = readPortName(entry);
  const protocol = readProtocol(entry);
  const nodePort = integerField(entry, 'nodePort', wholeNumbers.int32) ?? 0;
  checkTargetPort(entry);
  checkAppProtocol(entry);
  if (port === undefined || name === undefined || protocol === undefined) return undefined;
  // Which numbers are refused depends on the type of the Service (checks/node-port-range.ts).
  const isNodePort = nodePort >= portRange.first && nodePort <= portRange.last;
  return { index, name, protocol, port, nodePort: isNodePort ? nodePort : 0 };
}

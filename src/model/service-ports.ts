import type { ServicePort } from './cluster.ts';
import { type Fields, rawField, refuseMissing } from './fields.ts';
import { servicePortFields } from './known-fields.ts';
import { readPortName, readProtocol } from './port-fields.ts';
import { checkSpelling } from './spelling.ts';
import { checkTargetPort } from './target-port.ts';
import { integerField, mappingList, portRange } from './typed-fields.ts';

/** Reads `spec.ports`; a port whose number, name or protocol is refused is left out. */
export const readServicePorts = (spec: Fields): readonly ServicePort[] =>
  mappingList(spec, 'ports', readServicePort);

function readServicePort(entry: Fields, index: number): ServicePort | undefined {
  checkSpelling(entry, servicePortFields);
  if (rawField(entry, 'port') === undefined) refuseMissing(entry, 'port');
  const port = integerField(entry, 'port', portRange);
  const name = readPortName(entry);
  const protocol = readProtocol(entry);
  const nodePort = integerField(entry, 'nodePort', { first: 0, last: 65535 }) ?? 0;
  checkTargetPort(entry);
  if (port === undefined || name === undefined || protocol === undefined) return undefined;
  return { index, name, protocol, port, nodePort };
}

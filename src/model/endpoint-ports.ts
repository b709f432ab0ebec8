import type { EndpointPort } from './cluster.ts';
import { at, type Fields, rawField, refuseMissing } from './fields.ts';
import { endpointPortFields } from './known-fields.ts';
import { checkAppProtocol, readPortName, readProtocol } from './port-fields.ts';
import { checkFields } from './shapes.ts';
import { integerField, mappingList, portRange, wholeNumbers } from './typed-fields.ts';

/** Reads `ports` of an EndpointSlice (D4, V19); refused ones are left out. */
export const readSlicePorts = (slice: Fields): readonly EndpointPort[] =>
  mappingList(
    slice,
    'ports',
    (entry) => readEndpointPort(entry, readProtocol(entry, false), readSlicePort(entry)),
    20_000,
  );

/** Reads `ports` of an Endpoints subset (D6, V22); refused ones are left out. */
export const readSubsetPorts = (subset: Fields): readonly EndpointPort[] =>
  mappingList(subset, 'ports', (entry) => {
    if (rawField(entry, 'port') === undefined) refuseMissing(entry, 'port');
    const port = integerField(entry, 'port', portRange);
    return readEndpointPort(entry, readProtocol(entry), port);
  });

function readEndpointPort(
  entry: Fields,
  protocol: EndpointPort['protocol'] | undefined,
  port: number | undefined,
): EndpointPort | undefined {
  checkFields(entry, endpointPortFields);
  checkAppProtocol(entry);
  const name = readPortName(entry);
  if (name === undefined || protocol === undefined || port === undefined) return undefined;
  return { name, protocol, port };
}

/** Unset, or 0, means "all ports", which no proxy serves (E4). The API server takes any number. */
function readSlicePort(entry: Fields): number | undefined {
  if (rawField(entry, 'port') === undefined) return 0;
  const port = integerField(entry, 'port', wholeNumbers.int32);
  if (port === undefined || (port >= 0 && port <= portRange.last)) return port;
  entry.report.refuse(at(entry, 'port'), {
    code: 'NATC2115',
    message: `no packet can be sent to port ${port}: natc refuses what a kernel cannot hold, the API server takes any number`,
    hint: 'give a port from 1 to 65535, or none for all ports',
  });
  return undefined;
}

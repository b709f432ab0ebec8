import type { EndpointPort } from './cluster.ts';
import type { Fields } from './fields.ts';
import { endpointPortFields } from './known-fields.ts';
import { readPortName, readProtocol } from './port-fields.ts';
import { checkSpelling } from './spelling.ts';
import { integerField, mappingList } from './typed-fields.ts';

/** Reads `ports` of an EndpointSlice or of an Endpoints subset (D4, D6); refused ones are left out. */
export const readEndpointPorts = (parent: Fields, limit?: number): readonly EndpointPort[] =>
  mappingList(
    parent,
    'ports',
    (entry) => {
      checkSpelling(entry, endpointPortFields);
      const name = readPortName(entry);
      const protocol = readProtocol(entry);
      // Unset, or 0, means "all ports", which no proxy serves (E4).
      const port = integerField(entry, 'port', { first: 0, last: 65535 }) ?? 0;
      return name === undefined || protocol === undefined ? undefined : { name, protocol, port };
    },
    limit,
  );

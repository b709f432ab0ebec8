import type { SourceObject } from '../diagnostics/source.ts';
import { readUnicastAddress } from './address-field.ts';
import type { EndpointAddress, Endpoints } from './cluster.ts';
import { readEndpointPorts } from './endpoint-ports.ts';
import { type Fields, mappingList, refuseMissing, rootFields, stringField } from './fields.ts';
import { labelValue, proxyLabels, readMetadata } from './metadata.ts';
import { subdomainRule } from './names.ts';
import type { Report } from './report.ts';

/** An Endpoints object with its fields as written, for the rules that need both. */
export interface ReadEndpoints {
  readonly endpoints: Endpoints;
  readonly root: Fields;
}

/**
 * Reads one Endpoints object: API defaults (D6) filled in, each field checked by itself.
 *
 * @returns undefined when the object cannot be told apart.
 */
export function readEndpoints(object: SourceObject, report: Report): ReadEndpoints | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, subdomainRule, 'namespaced');
  if (metadata === undefined) return undefined;
  const leader = labelValue(metadata.annotations, 'control-plane.alpha.kubernetes.io/leader');
  const endpoints: Endpoints = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    skipMirror: labelValue(metadata.labels, 'endpointslice.kubernetes.io/skip-mirror') === 'true',
    isLeaderElection: leader !== undefined,
    labels: proxyLabels(metadata),
    subsets: mappingList(root, 'subsets', (subset, index) => ({
      index,
      addresses: mappingList(subset, 'addresses', readEndpointAddress),
      notReadyAddresses: mappingList(subset, 'notReadyAddresses', readEndpointAddress),
      ports: readEndpointPorts(subset),
    })),
  };
  return { endpoints, root };
}

function readEndpointAddress(entry: Fields, index: number): EndpointAddress | undefined {
  const text = stringField(entry, 'ip');
  if (text === undefined || text === '') return refuseMissing(entry, 'ip');
  const ip = readUnicastAddress(entry, ['ip'], text)?.text;
  return ip === undefined ? undefined : { index, ip, nodeName: stringField(entry, 'nodeName') };
}

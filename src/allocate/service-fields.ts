import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { parseAddress } from '../net/address.ts';
import type { IpFamily, Protocol } from '../net/family.ts';

/**
 * What allocation asks of a Service: the object as it was written, of which nobody knows yet whether it is
 * valid. A field that cannot be read counts as given, so that the model stage says what is wrong with it.
 */
export interface WrittenService {
  readonly object: SourceObject;
  /** `namespace/name` */
  readonly key: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  readonly isHeadless: boolean;
  /** The API server holds it: metadata says so. Then what it lacks is not to be allocated. */
  readonly isStored: boolean;
  /** Canonical, in their order; undefined: given, but not all can be read. */
  readonly clusterIPs: readonly string[] | undefined;
  /** As given; empty where unset; undefined: given, but cannot be read. */
  readonly ipFamilies: readonly IpFamily[] | undefined;
  readonly ipFamilyPolicy: unknown;
  readonly hasLocalPolicy: boolean;
  /** `allocateLoadBalancerNodePorts` is not false. */
  readonly wantsNodePorts: boolean;
  readonly ports: readonly WrittenPort[];
  /** 0 when unset; undefined: given, but cannot be read. */
  readonly healthCheckNodePort: number | undefined;
}

export interface WrittenPort {
  /** Index in `spec.ports`. */
  readonly index: number;
  /** '' when unnamed. */
  readonly name: string;
  readonly port: number | undefined;
  readonly protocol: Protocol;
  /** 0 when unset; undefined: given, but cannot be read. */
  readonly nodePort: number | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

const isUnset = (value: unknown): boolean => value === undefined || value === null || value === '';

/** `namespace/name` of an object; undefined where it has no name, so that nobody can tell which it is. */
export function objectKey({ value }: Pick<SourceObject, 'value'>): string | undefined {
  const { metadata } = value;
  if (!isMapping(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name === '') return undefined;
  return `${typeof namespace === 'string' && namespace !== '' ? namespace : 'default'}/${name}`;
}

/** @returns undefined for an object that is no Service, or no readable one */
export function writtenService(object: SourceObject): WrittenService | undefined {
  const key = object.kind === 'Service' ? objectKey(object) : undefined;
  const { spec, metadata } = object.value;
  if (key === undefined || !isMapping(spec) || !isMapping(metadata)) return undefined;
  const type = isUnset(spec['type']) ? 'ClusterIP' : spec['type'];
  if (!isServiceType(type)) return undefined;
  const ports = spec['ports'];
  return {
    object,
    key,
    type,
    isHeadless: [spec['clusterIP'], ...list(spec['clusterIPs'])].includes('None'),
    isStored: ['uid', 'resourceVersion'].some((field) => !isUnset(metadata[field])),
    clusterIPs: clusterIPsOf(spec),
    ipFamilies: familiesOf(spec['ipFamilies']),
    ipFamilyPolicy: isUnset(spec['ipFamilyPolicy']) ? undefined : spec['ipFamilyPolicy'],
    hasLocalPolicy: spec['externalTrafficPolicy'] === 'Local',
    wantsNodePorts: spec['allocateLoadBalancerNodePorts'] !== false,
    ports: list(ports).flatMap((port, index) => writtenPort(port, index)),
    healthCheckNodePort: portNumber(spec['healthCheckNodePort']),
  };
}

const isServiceType = (type: unknown): type is WrittenService['type'] =>
  type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer' || type === 'ExternalName';

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The list, or the single field where the list is unset. */
function clusterIPsOf(spec: Mapping): readonly string[] | undefined {
  const { clusterIP, clusterIPs } = spec;
  const isListUnset = isUnset(clusterIPs) || (Array.isArray(clusterIPs) && clusterIPs.length === 0);
  const given = isListUnset ? (isUnset(clusterIP) ? [] : [clusterIP]) : list(clusterIPs);
  if (!isListUnset && !Array.isArray(clusterIPs)) return undefined;
  const addresses = given.map((text) =>
    typeof text === 'string' ? parseAddress(text)?.text : undefined,
  );
  return addresses.every((address) => address !== undefined) ? addresses : undefined;
}

function familiesOf(value: unknown): readonly IpFamily[] | undefined {
  if (isUnset(value)) return [];
  if (!Array.isArray(value)) return undefined;
  const families = value.filter((each) => each === 'IPv4' || each === 'IPv6');
  return families.length === value.length ? families : undefined;
}

function writtenPort(value: unknown, index: number): readonly WrittenPort[] {
  if (!isMapping(value)) return [];
  const { name, port, protocol, nodePort } = value;
  return [
    {
      index,
      name: typeof name === 'string' ? name : '',
      port: typeof port === 'number' ? port : undefined,
      protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP',
      nodePort: portNumber(nodePort),
    },
  ];
}

const portNumber = (value: unknown): number | undefined =>
  isUnset(value) ? 0 : typeof value === 'number' ? value : undefined;

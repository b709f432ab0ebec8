import type { SourceObject } from '../diagnostics/source.ts';
import { readUnicastAddress } from './address-field.ts';
import type { Service, TrafficPolicy } from './cluster.ts';
import { addressFamilies, readClusterIPs, readIpFamilies } from './cluster-ips.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { type Fields, isGiven, rawField, refuseMissing, rootFields } from './fields.ts';
import { serviceFields, serviceSpecFields } from './known-fields.ts';
import { readIngress, readSourceRanges } from './load-balancer.ts';
import { readMetadata, serviceProxyName } from './metadata.ts';
import { labelRule } from './names.ts';
import type { Report } from './report.ts';
import { readServicePorts } from './service-ports.ts';
import { checkSpelling } from './spelling.ts';
import { integerField, mapField, oneOfField, stringList } from './typed-fields.ts';

const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
const trafficPolicies: readonly TrafficPolicy[] = ['Cluster', 'Local'];
const trafficDistributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'] as const;

/** kube-proxy's default of `sessionAffinityConfig.clientIP.timeoutSeconds` (D1). */
const defaultAffinityTimeout = 10800;

/** A Service with its `spec` as written, for the rules that need both. */
export interface ReadService {
  readonly service: Service;
  readonly root: Fields;
  readonly spec: Fields;
}

/**
 * Reads one Service: API defaults (D1-D3, D7) filled in, each field checked by itself; rules that span
 * several fields are in checks/. A field that is refused is read as if it were absent.
 *
 * @returns undefined when the object cannot be told apart or has no readable `spec`.
 */
export function readService(object: SourceObject, report: Report): ReadService | undefined {
  const root = rootFields(object, report);
  const metadata = readMetadata(root, labelRule, 'namespaced');
  const spec = mapField(root, 'spec');
  if (spec === undefined && rawField(root, 'spec') === undefined) refuseMissing(root, 'spec');
  if (metadata === undefined || spec === undefined) return undefined;
  checkSpelling(root, serviceFields);
  checkSpelling(spec, serviceSpecFields);

  const type = oneOfField(spec, 'type', serviceTypes);
  if (isUnreadable(spec, 'type', type)) {
    sayClosed(spec, ['type'], 'what the Service is for cannot be told: nothing is set up for it');
    return undefined;
  }
  const clusterIPs = readClusterIPs(spec);
  const selector = mapField(spec, 'selector');
  const service: Service = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    createdAt: metadata.createdAt,
    serviceProxyName: serviceProxyName(metadata),
    type: type ?? 'ClusterIP',
    clusterIPs,
    ipFamilies: isGiven(spec, 'ipFamilies') ? readIpFamilies(spec) : addressFamilies(clusterIPs),
    ports: readServicePorts(spec),
    hasSelector: isGiven(spec, 'selector') || isUnreadable(spec, 'selector', selector),
    externalIPs: stringList(
      spec,
      'externalIPs',
      (text, index) => readUnicastAddress(spec, ['externalIPs', index], text)?.text,
    ),
    ingress: readIngress(root),
    ...readSourceRanges(spec),
    externalTrafficPolicy: readPolicy(spec, 'externalTrafficPolicy'),
    internalTrafficPolicy: readPolicy(spec, 'internalTrafficPolicy'),
    sessionAffinity: readSessionAffinity(spec),
    healthCheckNodePort: integerField(spec, 'healthCheckNodePort', { first: 0, last: 65535 }) ?? 0,
    trafficDistribution: oneOfField(spec, 'trafficDistribution', trafficDistributions),
  };
  return { service, root, spec };
}

/** A policy of which only its presence can be read is Local: that lets in no more than Cluster (ND10). */
function readPolicy(
  spec: Fields,
  key: 'externalTrafficPolicy' | 'internalTrafficPolicy',
): TrafficPolicy {
  const policy = oneOfField(spec, key, trafficPolicies);
  if (policy !== undefined) return policy;
  // The API server takes '' for unset in the external policy only.
  const isUnset =
    rawField(spec, key) === undefined ||
    (key === 'externalTrafficPolicy' && rawField(spec, key) === '');
  if (isUnset) return 'Cluster';
  sayClosed(spec, [key], `${key} is taken as Local: only endpoints of this node are used`);
  return 'Local';
}

function readSessionAffinity(spec: Fields): Service['sessionAffinity'] {
  const affinity = oneOfField(spec, 'sessionAffinity', ['None', 'ClientIP']);
  const config = mapField(spec, 'sessionAffinityConfig');
  const clientIP = config === undefined ? undefined : mapField(config, 'clientIP');
  const timeoutSeconds =
    clientIP === undefined
      ? undefined
      : integerField(clientIP, 'timeoutSeconds', { first: 1, last: 86400 });
  return affinity === 'ClientIP'
    ? { timeoutSeconds: timeoutSeconds ?? defaultAffinityTimeout }
    : undefined;
}

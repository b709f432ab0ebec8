import type { SourceObject } from '../diagnostics/source.ts';
import { readUnicastAddress } from './address-field.ts';
import type { Service, TrafficPolicy } from './cluster.ts';
import { addressFamilies, readClusterIPs, readIpFamilies } from './cluster-ips.ts';
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

  const clusterIPs = readClusterIPs(spec);
  const service: Service = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    createdAt: metadata.createdAt,
    serviceProxyName: serviceProxyName(metadata),
    type: oneOfField(spec, 'type', serviceTypes) ?? 'ClusterIP',
    clusterIPs,
    ipFamilies: isGiven(spec, 'ipFamilies') ? readIpFamilies(spec) : addressFamilies(clusterIPs),
    ports: readServicePorts(spec),
    hasSelector: isGiven(spec, 'selector'),
    externalIPs: stringList(
      spec,
      'externalIPs',
      (text, index) => readUnicastAddress(spec, ['externalIPs', index], text)?.text,
    ),
    ingress: readIngress(root),
    loadBalancerSourceRanges: readSourceRanges(spec),
    externalTrafficPolicy: oneOfField(spec, 'externalTrafficPolicy', trafficPolicies) ?? 'Cluster',
    internalTrafficPolicy: oneOfField(spec, 'internalTrafficPolicy', trafficPolicies) ?? 'Cluster',
    sessionAffinity: readSessionAffinity(spec),
    healthCheckNodePort: integerField(spec, 'healthCheckNodePort', { first: 0, last: 65535 }) ?? 0,
    trafficDistribution: oneOfField(spec, 'trafficDistribution', trafficDistributions),
  };
  return { service, root, spec };
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

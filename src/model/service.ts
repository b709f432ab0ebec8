import type { SourceObject } from '../diagnostics/source.ts';
import type { Service, TrafficPolicy } from './cluster.ts';
import { readClusterIPs, readIpFamilies } from './cluster-ips.ts';
import { isUnreadable, sayClosed } from './fail-closed.ts';
import { type Fields, isGiven, rawField, refuseMissing, rootFields } from './fields.ts';
import {
  affinityConfigFields,
  clientIPFields,
  serviceFields,
  serviceSpecFields,
} from './known-fields.ts';
import { checkLabels, rawMapping } from './labels.ts';
import { readExternalIPs, readIngress, readSourceRanges } from './load-balancer.ts';
import { type MaybeNamed, readMetadata, serviceProxyName } from './metadata.ts';
import { labelRule } from './names.ts';
import type { Report } from './report.ts';
import { readServicePorts } from './service-ports.ts';
import { checkFields } from './shapes.ts';
import { integerField, mapField, oneOfField, setOneOfField, wholeNumbers } from './typed-fields.ts';

const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
const trafficPolicies: readonly TrafficPolicy[] = ['Cluster', 'Local'];
const trafficDistributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'] as const;

/** kube-proxy's default of `sessionAffinityConfig.clientIP.timeoutSeconds` (D1). */
const defaultAffinityTimeout = 10800;

/** A Service with its `spec` as written, for the rules that need both. */
export interface ReadService extends MaybeNamed {
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
  checkFields(root, serviceFields);
  checkFields(spec, serviceSpecFields);

  const type = oneOfField(spec, 'type', serviceTypes);
  if (isUnreadable(spec, 'type', type)) {
    sayClosed(spec, ['type'], 'what the Service is for cannot be told: nothing is set up for it');
    return undefined;
  }
  const clusterIPs = readClusterIPs(spec);
  const ingress = readIngress(root);
  checkLabels(spec, 'selector', 'selector');
  const service: Service = {
    object,
    namespace: metadata.namespace,
    name: metadata.name,
    createdAt: metadata.createdAt,
    serviceProxyName: serviceProxyName(metadata),
    type: type ?? 'ClusterIP',
    clusterIPs,
    ipFamilies: readIpFamilies(spec, clusterIPs),
    ports: readServicePorts(spec),
    hasSelector:
      isGiven(spec, 'selector') || isUnreadable(spec, 'selector', rawMapping(spec, 'selector')),
    externalIPs: readExternalIPs(spec, ingress),
    ingress: ingress.entries,
    ...readSourceRanges(spec),
    externalTrafficPolicy: readPolicy(spec, 'externalTrafficPolicy'),
    internalTrafficPolicy: readPolicy(spec, 'internalTrafficPolicy'),
    sessionAffinity: readSessionAffinity(spec),
    healthCheckNodePort: integerField(spec, 'healthCheckNodePort', { first: 0, last: 65535 }) ?? 0,
    trafficDistribution: setOneOfField(spec, 'trafficDistribution', trafficDistributions),
  };
  return { service, hasName: metadata.hasName, root, spec };
}

/** A policy of which only its presence can be read is Local: that lets in no more than Cluster (ND10). */
function readPolicy(
  spec: Fields,
  key: 'externalTrafficPolicy' | 'internalTrafficPolicy',
): TrafficPolicy {
  // The API server takes '' for unset in the external policy only.
  const isExternal = key === 'externalTrafficPolicy';
  const policy = (isExternal ? oneOfField : setOneOfField)(spec, key, trafficPolicies);
  if (policy !== undefined) return policy;
  const raw = rawField(spec, key);
  if (raw === undefined || (isExternal && raw === '')) return 'Cluster';
  sayClosed(spec, [key], `${key} is taken as Local: only endpoints of this node are used`);
  return 'Local';
}

/** Without affinity the API server drops the timeout, whatever it is (V13). */
function readSessionAffinity(spec: Fields): Service['sessionAffinity'] {
  const isClientIP = oneOfField(spec, 'sessionAffinity', ['None', 'ClientIP']) === 'ClientIP';
  const config = mapField(spec, 'sessionAffinityConfig');
  if (config !== undefined) checkFields(config, affinityConfigFields);
  const clientIP = config === undefined ? undefined : mapField(config, 'clientIP');
  if (clientIP !== undefined) checkFields(clientIP, clientIPFields);
  const range = isClientIP ? { first: 1, last: 86400 } : wholeNumbers.int32;
  const timeoutSeconds =
    clientIP === undefined ? undefined : integerField(clientIP, 'timeoutSeconds', range);
  return isClientIP ? { timeoutSeconds: timeoutSeconds ?? defaultAffinityTimeout } : undefined;
}

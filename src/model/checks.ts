import type {
  EndpointSliceCheck,
  EndpointsCheck,
  ObjectsCheck,
  ServiceCheck,
  ServicesCheck,
} from './checks/check.ts';
import { clusterIPCollisions } from './checks/cluster-ip-collisions.ts';
import { clusterIPMissing } from './checks/cluster-ip-missing.ts';
import { clusterIPRange } from './checks/cluster-ip-range.ts';
import { clusterIPs } from './checks/cluster-ips.ts';
import { deprecatedFields, deprecatedVersions } from './checks/deprecated.ts';
import { duplicatePorts } from './checks/duplicate-ports.ts';
import { externalName } from './checks/external-name.ts';
import { externalTrafficPolicy } from './checks/external-traffic-policy.ts';
import { healthCheckNodePort } from './checks/health-check-node-port.ts';
import { checkIpFamilies } from './checks/ip-families.ts';
import { loadBalancerIP } from './checks/load-balancer-ip.ts';
import { loadBalancerOnly } from './checks/load-balancer-only.ts';
import { nodePortCollisions } from './checks/node-port-collisions.ts';
import { nodePortRange } from './checks/node-port-range.ts';
import { nodePortType } from './checks/node-port-type.ts';
import { servicePortNames, slicePortNames, subsetPortNames } from './checks/port-names.ts';
import { portsRequired } from './checks/ports-required.ts';
import { serviceAdvice, topologyAnnotations } from './checks/service-advice.ts';
import { sessionAffinityConfig } from './checks/session-affinity-config.ts';
import { sliceUse } from './checks/slice-use.ts';
import { sourceRangesAnnotation } from './checks/source-ranges-annotation.ts';

/** Rules for one Service each. */
export const serviceChecks: readonly ServiceCheck[] = [
  clusterIPMissing,
  clusterIPs,
  checkIpFamilies,
  portsRequired,
  servicePortNames,
  duplicatePorts,
  nodePortType,
  nodePortRange,
  externalTrafficPolicy,
  sessionAffinityConfig,
  loadBalancerOnly,
  healthCheckNodePort,
  externalName,
  loadBalancerIP,
  sourceRangesAnnotation,
  serviceAdvice,
  topologyAnnotations,
];

/** Rules for all Services together. */
export const servicesChecks: readonly ServicesCheck[] = [
  nodePortCollisions,
  clusterIPCollisions,
  clusterIPRange,
  deprecatedFields,
];

/** Rules for one EndpointSlice each. */
export const endpointSliceChecks: readonly EndpointSliceCheck[] = [sliceUse, slicePortNames];

/** Rules for one Endpoints object each. */
export const endpointsChecks: readonly EndpointsCheck[] = [subsetPortNames];

/** Rules for all objects together. */
export const objectsChecks: readonly ObjectsCheck[] = [deprecatedVersions];

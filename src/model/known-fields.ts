/** The fields of each mapping that natc reads, and the others that Kubernetes defines beside them. */
import { knownFields } from './spelling.ts';

const typeMeta = ['apiVersion', 'kind'];

export const serviceFields = knownFields(['metadata', 'spec', 'status'], typeMeta);

export const metadataFields = knownFields(
  ['name', 'namespace', 'labels', 'annotations'],
  [
    'clusterName',
    'creationTimestamp',
    'deletionGracePeriodSeconds',
    'deletionTimestamp',
    'finalizers',
    'generateName',
    'generation',
    'managedFields',
    'ownerReferences',
    'resourceVersion',
    'selfLink',
    'uid',
  ],
);

export const serviceSpecFields = knownFields(
  [
    'clusterIP',
    'clusterIPs',
    'externalIPs',
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'internalTrafficPolicy',
    'ipFamilies',
    'ipFamilyPolicy',
    'loadBalancerSourceRanges',
    'ports',
    'selector',
    'sessionAffinity',
    'sessionAffinityConfig',
    'trafficDistribution',
    'type',
  ],
  [
    'allocateLoadBalancerNodePorts',
    'externalName',
    'ipFamily',
    'loadBalancerClass',
    'loadBalancerIP',
    'publishNotReadyAddresses',
    'topologyKeys',
  ],
);

export const servicePortFields = knownFields(
  ['name', 'nodePort', 'port', 'protocol', 'targetPort'],
  ['appProtocol'],
);

export const ingressFields = knownFields(['hostname', 'ip', 'ipMode'], ['ports']);

export const endpointSliceFields = knownFields(
  ['addressType', 'endpoints', 'metadata', 'ports'],
  typeMeta,
);

export const sliceEndpointFields = knownFields(
  ['addresses', 'conditions', 'hints', 'nodeName'],
  ['deprecatedTopology', 'hostname', 'targetRef', 'topology', 'zone'],
);

export const conditionFields = knownFields(['ready', 'serving', 'terminating']);

export const hintFields = knownFields(['forNodes', 'forZones']);

export const endpointPortFields = knownFields(['name', 'port', 'protocol'], ['appProtocol']);

export const endpointsFields = knownFields(['metadata', 'subsets'], typeMeta);

export const subsetFields = knownFields(['addresses', 'notReadyAddresses', 'ports']);

export const endpointAddressFields = knownFields(['ip', 'nodeName'], ['hostname', 'targetRef']);

/** The fields of each mapping that natc reads, as Kubernetes 1.37 defines them. */
import { type KnownFields, knownFields } from './shapes.ts';

const typeMeta = { apiVersion: 'string', kind: 'string' } as const;

export const serviceFields = knownFields(['metadata', 'spec', 'status'], typeMeta);

export const ownerReferenceFields = knownFields(
  ['apiVersion', 'kind', 'name', 'uid', 'controller'],
  { blockOwnerDeletion: 'boolean' },
);

/** What servers and kubectl keep about who wrote what; a server drops what it cannot read of it. */
const managedFieldsEntryFields = knownFields([], {
  apiVersion: 'string',
  fieldsType: 'string',
  fieldsV1: 'any',
  manager: 'string',
  operation: 'string',
  subresource: 'string',
  time: 'time',
});

export const metadataFields = knownFields(
  [
    'name',
    'namespace',
    'labels',
    'annotations',
    'generateName',
    'generation',
    'finalizers',
    'ownerReferences',
  ],
  {
    creationTimestamp: 'time',
    deletionGracePeriodSeconds: 'int64',
    deletionTimestamp: 'time',
    managedFields: { list: managedFieldsEntryFields },
    resourceVersion: 'string',
    selfLink: 'string',
    uid: 'string',
  },
);

export const serviceSpecFields = knownFields(
  [
    'allocateLoadBalancerNodePorts',
    'clusterIP',
    'clusterIPs',
    'externalIPs',
    'externalName',
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'internalTrafficPolicy',
    'ipFamilies',
    'ipFamilyPolicy',
    'loadBalancerClass',
    'loadBalancerIP',
    'loadBalancerSourceRanges',
    'ports',
    'selector',
    'sessionAffinity',
    'sessionAffinityConfig',
    'trafficDistribution',
    'type',
  ],
  { publishNotReadyAddresses: 'boolean' },
);

export const affinityConfigFields = knownFields(['clientIP']);

export const clientIPFields = knownFields(['timeoutSeconds']);

export const servicePortFields = knownFields([
  'appProtocol',
  'name',
  'nodePort',
  'port',
  'protocol',
  'targetPort',
]);

const conditionOfStatusFields = knownFields([], {
  lastTransitionTime: 'time',
  message: 'string',
  observedGeneration: 'int64',
  reason: 'string',
  status: 'string',
  type: 'string',
});

export const serviceStatusFields = knownFields(['loadBalancer'], {
  conditions: { list: conditionOfStatusFields },
});

export const loadBalancerFields = knownFields(['ingress']);

const portStatusFields = knownFields([], { error: 'string', port: 'int32', protocol: 'string' });

export const ingressFields = knownFields(['hostname', 'ip', 'ipMode'], {
  ports: { list: portStatusFields },
});

const objectReferenceFields = knownFields([], {
  apiVersion: 'string',
  fieldPath: 'string',
  kind: 'string',
  name: 'string',
  namespace: 'string',
  resourceVersion: 'string',
  uid: 'string',
});

export const endpointSliceFields = knownFields(
  ['addressType', 'endpoints', 'metadata', 'ports'],
  typeMeta,
);

const endpointOfAnyVersion = ['addresses', 'conditions', 'hints', 'hostname', 'nodeName'];

export const sliceEndpointFields = knownFields([...endpointOfAnyVersion, 'topology'], {
  deprecatedTopology: 'string map',
  targetRef: { mapping: objectReferenceFields },
  zone: 'string',
});

/** An endpoint of a slice of discovery.k8s.io/v1beta1. */
export const betaEndpointFields = knownFields([...endpointOfAnyVersion, 'topology'], {
  targetRef: { mapping: objectReferenceFields },
});

export const conditionFields = knownFields(['ready', 'serving', 'terminating']);

export const hintFields = knownFields(['forNodes', 'forZones']);

export const hintNameFields = knownFields(['name']);

export const endpointPortFields = knownFields(['appProtocol', 'name', 'port', 'protocol']);

export const endpointsFields = knownFields(['metadata', 'subsets'], typeMeta);

export const subsetFields = knownFields(['addresses', 'notReadyAddresses', 'ports']);

export const endpointAddressFields = knownFields(['hostname', 'ip', 'nodeName'], {
  targetRef: { mapping: objectReferenceFields },
});

export const nodeFields = knownFields(['metadata', 'spec', 'status'], typeMeta);

/** Of a Node only what natc reads is held to the API server's rules; the rest belongs to the kubelet. */
export const nodeSpecFields: KnownFields = knownFields(['podCIDR', 'podCIDRs'], {
  configSource: 'any',
  externalID: 'string',
  podPreemptionPolicy: 'any',
  providerID: 'string',
  taints: 'any',
  unschedulable: 'boolean',
});

export const nodeStatusFields = knownFields(['addresses'], {
  allocatable: 'any',
  capacity: 'any',
  conditions: 'any',
  config: 'any',
  daemonEndpoints: 'any',
  declaredFeatures: 'strings',
  features: 'any',
  images: 'any',
  nodeInfo: 'any',
  phase: 'string',
  runtimeHandlers: 'any',
  volumesAttached: 'any',
  volumesInUse: 'strings',
});

export const nodeAddressFields = knownFields(['address', 'type']);

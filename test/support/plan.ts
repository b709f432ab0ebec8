/** Plans written by hand, for tests of what follows the plan stage. */
import type {
  AddressFrontend,
  Endpoint,
  FamilyPlan,
  FrontendVerdict,
  NodePortFrontend,
  Origin,
  Plan,
  ServicePortPlan,
} from '../../src/plan/plan.ts';

export const origin: Origin = {
  object: {
    source: { name: 'test.yaml', text: '' },
    extent: { format: 'yaml', start: 0, end: 0, path: [] },
    apiVersion: 'v1',
    kind: 'Service',
    value: {},
  },
  path: [],
};

export const endpoint = (address: string, port = 8080, more: Partial<Endpoint> = {}): Endpoint => ({
  address,
  port,
  nodeName: undefined,
  hairpin: true,
  origin,
  ...more,
});

export const clusterIP = (
  address: string,
  verdict: FrontendVerdict,
  port = 80,
): AddressFrontend => ({
  kind: 'cluster-ip',
  address,
  port,
  verdict,
  origin,
});

export const loadBalancerIP = (
  address: string,
  verdict: FrontendVerdict,
  port = 80,
): AddressFrontend => ({
  ...clusterIP(address, verdict, port),
  kind: 'load-balancer-ip',
});

export const nodePort = (port: number, verdict: FrontendVerdict): NodePortFrontend => ({
  kind: 'node-port',
  port,
  verdict,
  origin,
});

export const pickCluster: FrontendVerdict = {
  kind: 'pick',
  from: 'cluster',
  masquerade: 'cluster-ip',
};
export const pickLocal: FrontendVerdict = { kind: 'pick', from: 'local', masquerade: 'cluster-ip' };
export const pickMasqueraded: FrontendVerdict = {
  kind: 'pick',
  from: 'cluster',
  masquerade: 'always',
};

export const servicePort = (more: Partial<ServicePortPlan> = {}): ServicePortPlan => ({
  namespace: 'shop',
  service: 'web',
  portName: 'http',
  protocol: 'TCP',
  port: 80,
  type: 'ClusterIP',
  externalTrafficPolicy: 'Cluster',
  internalTrafficPolicy: 'Cluster',
  origin,
  frontends: [],
  clusterEndpoints: [],
  localEndpoints: [],
  endpointCounts: { total: 0, ready: 0, localReady: 0 },
  servingEndpoints: [],
  affinityTimeout: undefined,
  sourceRanges: undefined,
  ...more,
});

export const familyPlan = (more: Partial<FamilyPlan> = {}): FamilyPlan => ({
  family: 'IPv4',
  localDetector: undefined,
  masqueradeAll: false,
  masqueradeMark: 0x4000,
  clusterIPs: [],
  otherProxyClusterIPs: [],
  serviceCIDRs: [],
  nodePortAddresses: {
    cidrs: [{ family: 'IPv4', address: '0.0.0.0', prefixLength: 0 }],
    loopback: true,
  },
  servicePorts: [],
  healthChecks: [],
  contests: [],
  ...more,
});

export const planOf = (...families: readonly FamilyPlan[]): Plan => ({ families, unserved: [] });

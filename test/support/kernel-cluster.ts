/** What the end-to-end tests share: a running cluster, objects for it, and words for what they see. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { IpFamily, Protocol } from '../../src/net/family.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { compileObjects } from './compile-objects.ts';
import { describeWithKernel } from './kernel-available.ts';
import {
  type Answer,
  createTestCluster,
  type Host,
  hostAddresses,
  type Question,
  type TestCluster,
} from './netns.ts';

export const families: readonly IpFamily[] = ['IPv4', 'IPv6'];

export const nodeName = 'node-1';

/** The options of the test cluster's node. */
export const clusterOptions: CompileOptions = {
  ...defaultOptions,
  nodeName,
  nodeIPs: ['192.168.0.2', '2001:db8:c::2'],
  clusterCIDRs: ['10.1.0.0/16', 'fd00:10::/48'],
  serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'],
};

/** The port that all pods answer on, over TCP, UDP and SCTP. */
export const podPort = 8080;

/** pod-a and pod-b are on the node under test, pod-c is on another. */
export type PodName = 'pod-a' | 'pod-b' | 'pod-c';

/** Tests with a cluster of their own, whose pods answer on {@link podPort}. */
export function describeCluster(name: string, body: (cluster: TestCluster) => void): void {
  describeWithKernel(name, () => {
    const cluster = {} as { -readonly [Key in keyof TestCluster]: TestCluster[Key] };
    beforeAll(async () => {
      Object.assign(cluster, await createTestCluster());
      for (const pod of [cluster.podA, cluster.podB, cluster.podC]) {
        for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) await pod.listen(protocol, podPort);
      }
    });
    afterAll(() => cluster.dispose());
    body(cluster);
  });
}

/** Compiles objects for the node and loads them there, with no earlier connection remembered. */
export async function loadObjects(
  cluster: TestCluster,
  objects: readonly object[],
  options: Partial<CompileOptions> = {},
): Promise<void> {
  await cluster.load(compileObjects(objects, { ...clusterOptions, ...options }));
  for (const family of families) {
    await cluster.node.must(['conntrack', '-F', '-f', family.toLowerCase()]);
  }
}

/** Who answered, or the errors: sorted, each once. */
export const seen = (answers: readonly Answer[]): readonly string[] =>
  [...new Set(answers.map((answer) => answer.answeredBy ?? answer.error ?? ''))].sort();

/**
 * Asks once and expects who answers, or the error: `ECONNREFUSED`, or `timeout` for silence, which is
 * waited for only as long as an answer over virtual cables may take.
 */
export async function expectAnswer(
  host: Host,
  question: Question,
  expected: PodName | 'ECONNREFUSED' | 'timeout',
): Promise<void> {
  const answer = await host.ask({ ...question, timeout: expected === 'timeout' ? 0.3 : 5 });
  expect(seen([answer]), `${host.name} to ${question.to}:${question.port}`).toEqual([expected]);
}

/** `pod: source it saw`, sorted, each once. */
export const seenSources = (answers: readonly Answer[]): readonly string[] =>
  [
    ...new Set(
      answers.map((answer) =>
        answer.error === undefined ? `${answer.answeredBy}: ${answer.sourceSeen}` : answer.error,
      ),
    ),
  ].sort();

export interface PortObject {
  readonly name: string;
  readonly port: number;
  readonly protocol?: Protocol;
  readonly nodePort?: number;
  readonly targetPort?: number | string;
}

/** A Service `shop/NAME`; `ingress` are its load-balancer addresses. */
export const serviceObject = (
  name: string,
  spec: { readonly ports?: readonly PortObject[] } & Record<string, unknown>,
  ingress: readonly string[] = [],
): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name },
  spec: isDualStack(spec) ? { ipFamilyPolicy: 'RequireDualStack', ...spec } : spec,
  ...(ingress.length === 0
    ? {}
    : { status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } } }),
});

/** The API server wants to be told of a second family. */
const isDualStack = ({ clusterIPs, ipFamilies }: Readonly<Record<string, unknown>>): boolean =>
  [clusterIPs, ipFamilies].some((list) => Array.isArray(list) && list.length > 1);

/** An EndpointSlice of `shop/SERVICE`. */
export const sliceObject = (
  service: string,
  addressType: IpFamily,
  endpoints: readonly object[],
  ports: readonly object[] = [{ name: 'http', protocol: 'TCP', port: podPort }],
): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: 'shop',
    name: `${service}-${addressType.toLowerCase()}`,
    labels: { 'kubernetes.io/service-name': service },
  },
  addressType,
  endpoints,
  ports,
});

/** A slice's entry for a pod. */
export const podEndpoint = (pod: PodName, family: IpFamily, more: object = {}): object => ({
  addresses: [hostAddresses[pod][family]],
  nodeName: pod === 'pod-c' ? 'node-2' : nodeName,
  ...more,
});

export const podEndpoints = (family: IpFamily, pods: readonly PodName[]): readonly object[] =>
  pods.map((pod) => podEndpoint(pod, family));

export const allPods: readonly PodName[] = ['pod-a', 'pod-b', 'pod-c'];

/** Enough connections that one of three pods is missed once in 3 million runs. */
export const manyConnections = 40;

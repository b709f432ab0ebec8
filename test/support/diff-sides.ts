/** Two sides of a diff from plain objects, written as YAML with a field on each line, as people keep them. */
import { stringify } from 'yaml';
import { type CompileOutput, compile } from '../../src/compile.ts';
import type { TrafficDiff } from '../../src/diff/change.ts';
import { withContests } from '../../src/diff/claims.ts';
import { type Surroundings, surroundingsOf } from '../../src/diff/surroundings.ts';
import { diffTraffic } from '../../src/diff/traffic.ts';
import { type CompileOptions, defaultOptions } from '../../src/options.ts';
import { objectsOf } from './objects.ts';

export const diffOptions: CompileOptions = {
  ...defaultOptions,
  nodeName: 'node-a',
  nodeIPs: ['192.168.0.11'],
  clusterCIDRs: ['10.244.0.0/16'],
};

type Value = Readonly<Record<string, unknown>>;

/** A Service of namespace shop; `spec` and `status` win over what it has anyway. */
export const service = (
  name: string,
  clusterIP: string,
  spec: Value = {},
  vip?: string,
): Value => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { clusterIP, ports: [{ name: 'http', port: 80 }], ...spec },
  ...(vip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: vip }] } } }),
});

/** Its endpoints, all on node-b unless they say something else. */
export const slice = (
  name: string,
  addresses: readonly (string | Value)[],
  more: Value = {},
): Value => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${name}-1`,
    namespace: 'shop',
    labels: { 'kubernetes.io/service-name': name },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: addresses.map((each) =>
    typeof each === 'string' ? { addresses: [each], nodeName: 'node-b' } : each,
  ),
  ...more,
});

export const loadBalancer = (
  name: string,
  clusterIP: string,
  vip: string,
  spec: Value = {},
): Value =>
  service(
    name,
    clusterIP,
    { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ...spec },
    vip,
  );

export function compileSide(
  objects: readonly object[],
  name: string,
  options: CompileOptions = diffOptions,
): CompileOutput {
  const text = objects.map((object) => stringify(object)).join('---\n');
  const { output, diagnostics } = compile(text === '' ? [] : objectsOf(text, name), options);
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output;
}

/** The diff of two lists of objects, as the command makes it, for node-a. */
export function diffObjects(
  before: readonly object[],
  after: readonly object[],
  options: readonly [CompileOptions, CompileOptions] = [diffOptions, diffOptions],
  more: Pick<Surroundings, 'drawn'> = {},
): TrafficDiff {
  const [old, next] = [
    compileSide(before, 'old.yaml', options[0]),
    compileSide(after, 'new.yaml', options[1]),
  ];
  const surroundings = surroundingsOf(old, next)(options[1].nodeName);
  const diff = diffTraffic(
    old.ruleset,
    next.ruleset,
    new Set(options.flatMap(({ nodeIPs }) => nodeIPs)),
    { ...surroundings, ...more },
  );
  return withContests(diff, old.plan, next.plan, surroundings.blame);
}

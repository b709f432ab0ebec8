/**
 * What natc diff says of each kind of edit that people make of manifests: one for every field that matters of a Service
 * and of what makes its pods. Edits that change no packet say nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-edits-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const manifest = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {team: a}}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: metrics, port: 9090}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec:
  selector: {app: api}
  sessionAffinity: ClientIP
  externalIPs: [203.0.113.7]
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: edge, namespace: shop}
spec:
  type: LoadBalancer
  selector: {app: edge}
  loadBalancerSourceRanges: [198.51.100.0/24]
  ports: [{port: 443, targetPort: 8443}]
status:
  loadBalancer: {ingress: [{ip: 203.0.113.8}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      containers:
        - {name: web, image: 'web:1', ports: [{name: http, containerPort: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: api, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: 'api:1'}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: edge, namespace: shop}
spec:
  template:
    metadata: {labels: {app: edge}}
    spec:
      containers: [{name: edge, image: 'edge:1'}]
      tolerations: [{key: edge, operator: Exists}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: api}
  minReplicas: 2
  maxReplicas: 9
---
apiVersion: v1
kind: Node
metadata: {name: node-a, labels: {disk: ssd}}
spec: {podCIDRs: [10.244.1.0/24]}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}
---
apiVersion: v1
kind: Node
metadata: {name: node-b}
spec:
  podCIDRs: [10.244.2.0/24]
  taints: [{key: edge, effect: NoSchedule}]
status: {addresses: [{type: InternalIP, address: 192.168.0.2}]}
`;

// biome-ignore lint/suspicious/noExplicitAny: edits of manifests are written like the manifests.
type Loose = any;
type Objects = Loose[];

const read = (): Objects => parseAllDocuments(manifest).map((document) => document.toJS() as Loose);
const of = (objects: Objects, kind: string, name: string): Loose =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const web = (objects: Objects) => of(objects, 'Service', 'web');
const api = (objects: Objects) => of(objects, 'Service', 'api');
const edge = (objects: Objects) => of(objects, 'Service', 'edge');
const webPods = (objects: Objects) => of(objects, 'Deployment', 'web').spec.template;
const container = (objects: Objects) => webPods(objects).spec.containers[0];
const remove = (objects: Objects, kind: string, name: string): void => {
  objects.splice(objects.indexOf(of(objects, kind, name)), 1);
};

const old = join(directory, 'old.yaml');
writeFileSync(old, manifest);

async function edited(edit: (objects: Objects) => void) {
  const objects = read();
  edit(objects);
  const next = join(directory, 'new.yaml');
  writeFileSync(next, objects.map((object) => stringify(object)).join('---\n'));
  return natcInProcess(['diff', old, next, '-q', '--node-name', 'node-a']);
}

const saying: readonly (readonly [string, (objects: Objects) => void, string | RegExp])[] = [
  // Services
  ['port', (o) => (web(o).spec.ports[0].port = 81), /cluster IP \S+:81\/TCP \(allocated\)/],
  ['targetPort, a number', (o) => (api(o).spec.ports[0].targetPort = 8081), /gains \S+:8081/],
  [
    'targetPort, a name of no container',
    (o) => (web(o).spec.ports[0].targetPort = 'web'),
    "targetPort web is no container's TCP port of Deployment shop/web",
  ],
  ['protocol', (o) => (api(o).spec.ports[0].protocol = 'UDP'), 'external IP 203.0.113.7:80/UDP'],
  [
    'a port more',
    (o) => web(o).spec.ports.push({ name: 'admin', port: 8000 }),
    /\+ cluster IP \S+:8000\/TCP \(allocated\)/,
  ],
  ['a port less', (o) => web(o).spec.ports.pop(), /- cluster IP \S+:9090\/TCP \(allocated\)/],
  [
    'the name of a port, and with it its node port',
    (o) => (web(o).spec.ports[0].name = 'www'),
    /\+ node port \d+\/TCP \(allocated\)/,
  ],
  ['nodePort', (o) => (web(o).spec.ports[0].nodePort = 30123), /\+ node port 30123\/TCP/],
  [
    'type, to ClusterIP',
    (o) => (web(o).spec.type = 'ClusterIP'),
    /- node port \d+\/TCP \(allocated\)/,
  ],
  ['type, to NodePort', (o) => (api(o).spec.type = 'NodePort'), 'reachable from outside now'],
  [
    'type, to ExternalName',
    (o) => (web(o).spec = { type: 'ExternalName', externalName: 'a.example' }),
    'no longer answers',
  ],
  [
    'type, to headless',
    (o) => Object.assign(web(o).spec, { type: 'ClusterIP', clusterIP: 'None' }),
    'no longer answers',
  ],
  ['clusterIP', (o) => (web(o).spec.clusterIP = '10.96.0.50'), '+ cluster IP 10.96.0.50:80/TCP'],
  [
    'selector, that nothing has',
    (o) => (web(o).spec.selector.app = 'wbe'),
    'the selector app=wbe matches nothing any more',
  ],
  [
    'selector, narrower',
    (o) => (web(o).spec.selector.tier = 'back'),
    'the selector app=web,tier=back matches nothing any more',
  ],
  [
    'selector, of another workload',
    (o) => (web(o).spec.selector = { app: 'api' }),
    'StatefulSet shop/api is selected, 2 pods',
  ],
  [
    'sessionAffinity',
    (o) => (web(o).spec.sessionAffinity = 'ClientIP'),
    'session affinity begins: 10800 s',
  ],
  ['sessionAffinity, none', (o) => (api(o).spec.sessionAffinity = 'None'), 'session affinity ends'],
  [
    'sessionAffinityConfig',
    (o) => (api(o).spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } }),
    'session affinity timeout 10800 s -> 60 s',
  ],
  [
    'externalTrafficPolicy',
    (o) => (web(o).spec.externalTrafficPolicy = 'Local'),
    'SNAT ends for all clients but this node: endpoints see',
  ],
  [
    'internalTrafficPolicy',
    (o) => (edge(o).spec.internalTrafficPolicy = 'Local'),
    /loses 10\.244\.2\.\d+:8443 \(pod of DaemonSet shop\/edge on node-b\)/,
  ],
  [
    'externalIPs, one more',
    (o) => api(o).spec.externalIPs.push('203.0.113.9'),
    'external IP 203.0.113.9:80/TCP',
  ],
  ['externalIPs, none', (o) => delete api(o).spec.externalIPs, '- external IP 203.0.113.7:80/TCP'],
  [
    'loadBalancerSourceRanges, wider',
    (o) => (edge(o).spec.loadBalancerSourceRanges = ['0.0.0.0/0']),
    'open to every client now',
  ],
  [
    'loadBalancerSourceRanges, none',
    (o) => delete edge(o).spec.loadBalancerSourceRanges,
    'open to every client now',
  ],
  [
    'the address of the load balancer',
    (o) => (edge(o).status.loadBalancer.ingress[0].ip = '203.0.113.88'),
    '+ load-balancer IP 203.0.113.88:443/TCP',
  ],
  [
    'allocateLoadBalancerNodePorts',
    (o) => (edge(o).spec.allocateLoadBalancerNodePorts = false),
    /- node port \d+\/TCP \(allocated\)/,
  ],
  [
    'ipFamilies',
    (o) => Object.assign(web(o).spec, { ipFamilies: ['IPv6'] }),
    /\+ cluster IP \[fd00:10:96::\S+\]:80\/TCP \(allocated\)/,
  ],
  [
    'ipFamilyPolicy',
    (o) => (web(o).spec.ipFamilyPolicy = 'RequireDualStack'),
    /\+ cluster IP \[fd00:10:96::\S+\]:80\/TCP \(allocated\)/,
  ],
  ['name', (o) => (web(o).metadata.name = 'www'), /shop\/web \(removed\)[\s\S]*shop\/www \(new\)/],
  ['namespace', (o) => (web(o).metadata.namespace = 'other'), 'no longer answers'],
  [
    'the label of another proxy',
    (o) => (web(o).metadata.labels['service.kubernetes.io/service-proxy-name'] = 'x'),
    'no longer answers',
  ],
  ['a Service less', (o) => remove(o, 'Service', 'api'), 'Service shop/api (removed)'],
  // What makes pods
  [
    'replicas, fewer',
    (o) => (of(o, 'Deployment', 'web').spec.replicas = 1),
    '3 endpoints become 1: Deployment shop/web has 1 pod instead of 3',
  ],
  [
    'replicas, more',
    (o) => (of(o, 'Deployment', 'web').spec.replicas = 5),
    '3 endpoints become 5: Deployment shop/web has 5 pods instead of 3',
  ],
  [
    'replicas, none',
    (o) => (of(o, 'Deployment', 'web').spec.replicas = 0),
    'nobody answers here any more',
  ],
  [
    'replicas, left out',
    (o) => delete of(o, 'Deployment', 'web').spec.replicas,
    '3 endpoints become 1',
  ],
  [
    'labels of the template',
    (o) => (webPods(o).metadata.labels.app = 'shop'),
    'the selector app=web matches nothing any more',
  ],
  [
    'containerPort',
    (o) => (container(o).ports[0].containerPort = 8081),
    ':8081 (pod 1 of Deployment shop/web)',
  ],
  [
    'the name of a container port',
    (o) => (container(o).ports[0].name = 'web'),
    "targetPort http is no container's TCP port of Deployment shop/web",
  ],
  [
    'the protocol of a container port',
    (o) => (container(o).ports[0].protocol = 'UDP'),
    "targetPort http is no container's TCP port of Deployment shop/web",
  ],
  ['hostNetwork', (o) => (webPods(o).spec.hostNetwork = true), 'gains 192.168.0.1'],
  [
    'nodeSelector, no node',
    (o) => (webPods(o).spec.nodeSelector = { disk: 'tape' }),
    'nobody answers here any more',
  ],
  [
    'minReplicas of an autoscaler',
    (o) => (of(o, 'HorizontalPodAutoscaler', 'api').spec.minReplicas = 4),
    '2 endpoints become 4: StatefulSet shop/api has 4 pods, the least of HorizontalPodAutoscaler shop/api instead of 2',
  ],
  [
    'an autoscaler less',
    (o) => {
      remove(o, 'HorizontalPodAutoscaler', 'api');
      of(o, 'StatefulSet', 'api').spec.replicas = 1;
    },
    '2 endpoints become 1',
  ],
  [
    'tolerations of a DaemonSet',
    (o) => delete of(o, 'DaemonSet', 'edge').spec.template.spec.tolerations,
    '2 endpoints become 1',
  ],
  [
    'a workload less',
    (o) => remove(o, 'Deployment', 'web'),
    'the selector app=web matches nothing any more',
  ],
  [
    'a workload more',
    (o) =>
      o.push({
        ...structuredClone(of(o, 'Deployment', 'web')),
        metadata: { name: 'canary', namespace: 'shop' },
      }),
    '3 endpoints become 6: Deployment shop/canary is selected, 3 pods',
  ],
  [
    'the namespace of a workload',
    (o) => (of(o, 'Deployment', 'web').metadata.namespace = 'other'),
    'the selector app=web matches nothing any more',
  ],
  ['a Node less', (o) => remove(o, 'Node', 'node-b'), '2 endpoints become 1'],
];

const silent: readonly (readonly [string, (objects: Objects) => void])[] = [
  [
    'labels and annotations of a Service',
    (o) => Object.assign(web(o).metadata, { labels: { team: 'b' }, annotations: { a: 'b' } }),
  ],
  ['appProtocol', (o) => (web(o).spec.ports[0].appProtocol = 'http')],
  [
    'defaults that are written',
    (o) =>
      Object.assign(web(o).spec, {
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
      }),
  ],
  [
    'the default protocol and target port',
    (o) => Object.assign(web(o).spec.ports[1], { protocol: 'TCP', targetPort: 9090 }),
  ],
  ['a target port by its number', (o) => (web(o).spec.ports[0].targetPort = 8080)],
  ['type, to LoadBalancer without an address', (o) => (web(o).spec.type = 'LoadBalancer')],
  ['loadBalancerClass', (o) => (edge(o).spec.loadBalancerClass = 'example.com/a')],
  ['publishNotReadyAddresses', (o) => (web(o).spec.publishNotReadyAddresses = true)],
  ['the order of ports', (o) => web(o).spec.ports.reverse()],
  [
    'image, environment and resources',
    (o) =>
      Object.assign(container(o), {
        image: 'web:2',
        env: [{ name: 'A', value: 'b' }],
        resources: { limits: { cpu: '1' } },
      }),
  ],
  [
    'labels of the template that no selector names',
    (o) => (webPods(o).metadata.labels.tier = 'back'),
  ],
  [
    'a readiness gate',
    (o) => (webPods(o).spec.readinessGates = [{ conditionType: 'example.com/a' }]),
  ],
  ['maxReplicas', (o) => (of(o, 'HorizontalPodAutoscaler', 'api').spec.maxReplicas = 20)],
  ['replicas of what an autoscaler scales', (o) => (of(o, 'StatefulSet', 'api').spec.replicas = 7)],
  ['the order of objects', (o) => o.reverse()],
  [
    'objects of other kinds',
    (o) => o.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: {} }),
  ],
];

test.each(saying)('%s', async (_, edit, says) => {
  const { exitCode, stdout } = await edited((objects) => void edit(objects));
  if (typeof says === 'string') expect(stdout).toContain(says);
  else expect(stdout).toMatch(says);
  expect(exitCode).toBe(1);
});

test.each(silent)('%s: no packet', async (_, edit) => {
  expect(await edited((objects) => void edit(objects))).toEqual({
    ...{ exitCode: 0, stdout: '', stderr: '' },
  });
});

test('there are forty that matter, and those that do not', () => {
  expect(saying.length).toBeGreaterThanOrEqual(40);
  expect(silent.length).toBeGreaterThanOrEqual(10);
});

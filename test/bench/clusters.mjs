/**
 * Clusters of any size as kubectl prints them: Services and their EndpointSlices, the same every time
 * for the same arguments.
 */

const uid = (kind, index) => `00000000-0000-4000-8000-${kind}${String(index).padStart(11, '0')}`;
const address = (first, index) =>
  `10.${first + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
const stamp = '2026-01-02T03:04:05Z';

/** How many endpoints Services have, and how many of a hundred Services have so many. */
const mix = [
  [1, 40],
  [2, 20],
  [3, 15],
  [10, 15],
  [30, 8],
  [100, 2],
];

/** With a mix, one Service in a thousand has a thousand endpoints. */
function mixedCount(index) {
  if (index % 1000 === 999) return 1000;
  let place = (index * 37) % 100;
  for (const [count, share] of mix) {
    if (place < share) return count;
    place -= share;
  }
  return 1;
}

/**
 * @param {number} services how many
 * @param {number | 'mix'} endpoints of each Service
 * @param {number} nodes Node objects, which the endpoints are spread over
 * @returns the items of a List, Services first, as `kubectl get services,endpointslices` gives them
 */
export function cluster(services, endpoints, nodes = 0) {
  const items = [];
  for (let i = 0; i < services; i++) items.push(service(i));
  let pod = 0;
  for (let i = 0; i < services; i++) {
    let rest = endpoints === 'mix' ? mixedCount(i) : endpoints;
    for (let part = 0; rest > 0; part++) {
      const count = Math.min(rest, 100);
      items.push(slice(i, part, pod, count));
      pod += count;
      rest -= count;
    }
  }
  for (let i = 0; i < nodes; i++) items.push(node(i));
  return items;
}

const namespaceOf = (index) => `team-${index % 50}`;

/** One Service in ten has a node port, one in fifty an external IP, one in a hundred is sticky. */
function service(index) {
  const clusterIP = address(96, index);
  const name = `service-${index}`;
  const hasNodePort = index % 10 === 3 && index < 27_000;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      creationTimestamp: stamp,
      labels: { app: name, 'app.kubernetes.io/managed-by': 'Helm' },
      name,
      namespace: namespaceOf(index),
      resourceVersion: String(100_000 + index),
      uid: uid(1, index),
    },
    spec: {
      clusterIP,
      clusterIPs: [clusterIP],
      ...(index % 50 === 7 && { externalIPs: [`203.0.${(index >> 8) & 255}.${index & 255}`] }),
      ...(hasNodePort && { externalTrafficPolicy: 'Cluster' }),
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [
        {
          name: 'http',
          ...(hasNodePort && { nodePort: (30_000 + index / 10) | 0 }),
          port: 80,
          protocol: 'TCP',
          targetPort: 8080,
        },
      ],
      selector: { app: name },
      sessionAffinity: index % 100 === 11 ? 'ClientIP' : 'None',
      ...(index % 100 === 11 && {
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      }),
      type: hasNodePort ? 'NodePort' : 'ClusterIP',
    },
    status: { loadBalancer: {} },
  };
}

function slice(index, part, firstPod, count) {
  const name = `service-${index}`;
  return {
    addressType: 'IPv4',
    apiVersion: 'discovery.k8s.io/v1',
    endpoints: Array.from({ length: count }, (_, i) => endpoint(index, firstPod + i)),
    kind: 'EndpointSlice',
    metadata: {
      creationTimestamp: stamp,
      generateName: `${name}-`,
      generation: 1,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      name: `${name}-${part.toString(36).padStart(5, 'a')}`,
      namespace: namespaceOf(index),
      ownerReferences: [
        {
          apiVersion: 'v1',
          blockOwnerDeletion: true,
          controller: true,
          kind: 'Service',
          name,
          uid: uid(1, index),
        },
      ],
      resourceVersion: String(200_000 + firstPod),
      uid: uid(2, index * 10 + part),
    },
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

function endpoint(index, pod) {
  return {
    addresses: [address(128, pod)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: `node-${pod % 200}`,
    targetRef: {
      kind: 'Pod',
      name: `service-${index}-${pod.toString(36)}`,
      namespace: namespaceOf(index),
      uid: uid(3, pod),
    },
    zone: `zone-${pod % 3}`,
  };
}

const node = (index) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    labels: { 'topology.kubernetes.io/zone': `zone-${index % 3}` },
    name: `node-${index}`,
  },
  spec: { podCIDRs: [`10.${128 + (index >> 8)}.${index & 255}.0/24`] },
  status: { addresses: [{ address: address(64, index), type: 'InternalIP' }] },
});

const list = (items) => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
});

/** As `kubectl get -o json` prints it. */
export const toJson = (items) => `${JSON.stringify(list(items), null, 4)}\n`;

/** As `kubectl get -o yaml` prints it: sorted keys, lists as deep as their key. */
export function toYaml(items) {
  const lines = ['apiVersion: v1', 'items:'];
  for (const item of items) writeItem(item, '', lines);
  lines.push('kind: List', 'metadata:', '  resourceVersion: ""', '');
  return lines.join('\n');
}

const isEmpty = (value) => typeof value === 'object' && Object.keys(value).length === 0;

function writeMapping(mapping, indent, lines, first = indent) {
  let lead = first;
  for (const [key, value] of Object.entries(mapping)) {
    if (typeof value !== 'object') lines.push(`${lead}${key}: ${scalar(value)}`);
    else if (isEmpty(value)) lines.push(`${lead}${key}: ${Array.isArray(value) ? '[]' : '{}'}`);
    else {
      lines.push(`${lead}${key}:`);
      if (Array.isArray(value)) for (const item of value) writeItem(item, indent, lines);
      else writeMapping(value, `${indent}  `, lines);
    }
    lead = indent;
  }
}

function writeItem(item, indent, lines) {
  if (typeof item === 'object') writeMapping(item, `${indent}  `, lines, `${indent}- `);
  else lines.push(`${indent}- ${scalar(item)}`);
}

/** Texts that would be read as something else stand in quotes. */
const scalar = (value) =>
  typeof value === 'string' &&
  (value === '' || /^[\d.]+$|^\d{4}-\d\d-/.test(value)) &&
  !/\..*\./.test(value)
    ? JSON.stringify(value)
    : String(value);

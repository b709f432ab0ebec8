/** Two worlds, one after the other: what is between them, and who is connected meanwhile. */
import type { EndpointSliceManifest, Manifest, ServiceManifest } from '../oracle/manifest.ts';
import type { NodeRecord, Packet } from '../oracle/world.ts';

export const sequenceNode: NodeRecord = {
  hostname: 'node-a',
  nodeIPs: ['192.168.0.10', '2001:db8:1::10'],
  localIPs: ['192.168.0.10', '192.168.1.10', '2001:db8:1::10'],
  detectLocalMode: 'ClusterCIDR',
  clusterCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCIDRs: [],
  nodePortAddresses: ['primary'],
  masqueradeAll: false,
};

type Spec = ServiceManifest['spec'];
type Conditions = { ready: boolean; serving: boolean; terminating: boolean };

const service = (name: string, clusterIP: string, spec: Partial<Spec>): ServiceManifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: {
    type: 'ClusterIP',
    clusterIP,
    clusterIPs: [clusterIP],
    ipFamilies: [clusterIP.includes(':') ? 'IPv6' : 'IPv4'],
    ...spec,
  },
});

const withSpec = (object: ServiceManifest, spec: Partial<Spec>): ServiceManifest => ({
  ...object,
  spec: { ...object.spec, ...spec },
});

interface SliceDetails {
  readonly port: { readonly name: string; readonly protocol: string; readonly port: number };
  readonly nodeName?: string;
  readonly conditions?: Readonly<Record<string, Conditions>>;
  readonly name?: string;
}

const slice = (
  ofService: string,
  addresses: readonly string[],
  { port, nodeName = 'node-b', conditions = {}, name = `${ofService}-1` }: SliceDetails,
): EndpointSliceManifest => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': ofService } },
  addressType: addresses[0]?.includes(':') === true ? 'IPv6' : 'IPv4',
  endpoints: addresses.map((address) => ({
    addresses: [address],
    nodeName,
    ...(conditions[address] === undefined ? {} : { conditions: conditions[address] }),
  })),
  ports: [port],
});

const leaving: Conditions = { ready: false, serving: true, terminating: true };
const gone: Conditions = { ready: false, serving: false, terminating: true };
const unfit: Conditions = { ready: false, serving: false, terminating: false };
const bystander = service('other', '172.30.0.99', { ports: [{ port: 80 }] });

/** UDP connections that exist when the second world comes. */
export interface UdpSequence {
  readonly name: string;
  readonly before: readonly Manifest[];
  readonly after: readonly Manifest[];
  readonly packets: readonly Packet[];
  /** natc may delete more than kube-proxy does (ND9). */
  readonly isWider: boolean;
}

const [first, second] = ['10.244.1.2', '10.244.1.3'] as const;
const dnsPort = { name: 'dns', protocol: 'UDP', port: 53 };
const dnsTarget = { name: 'dns', protocol: 'UDP', port: 5353 };
const inner = service('dns', '172.30.0.10', { ports: [dnsPort] });
const outer: ServiceManifest = {
  ...withSpec(inner, {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Cluster',
    externalIPs: ['9.9.9.9'],
    ports: [{ ...dnsPort, nodePort: 30053 }],
  }),
  status: { loadBalancer: { ingress: [{ ip: '5.6.7.8' }] } },
};
const dns = (addresses: readonly string[], details: Partial<SliceDetails> = {}) =>
  slice('dns', addresses, { port: dnsTarget, ...details });

const ask = (from: string, to: string, port: number): Packet => ({
  ...{ from, to, port },
  protocol: 'UDP',
});
const inside = [ask('10.244.0.2', '172.30.0.10', 53)];
/** Each destination of the Service, and a node port number on an address that is not the node's (C7). */
const everywhere = [
  ...inside,
  ask('203.0.113.5', '192.168.0.10', 30053),
  ask('203.0.113.6', '9.9.9.9', 53),
  ask('203.0.113.7', '5.6.7.8', 53),
  ask('203.0.113.8', '198.51.100.1', 30053),
];
const often = (packets: readonly Packet[]): readonly Packet[] =>
  Array.from({ length: 24 }, () => packets).flat();

const udp = (
  name: string,
  before: readonly Manifest[],
  after: readonly Manifest[],
  packets: readonly Packet[] = everywhere,
): UdpSequence => ({ name, before, after, packets, isWider: false });

const wider = (...sequence: Parameters<typeof udp>): UdpSequence => ({
  ...udp(...sequence),
  isWider: true,
});

const one = [outer, dns([first])];

export const udpSequences: readonly UdpSequence[] = [
  udp('an endpoint is replaced', one, [outer, dns([second])]),
  udp(
    'one of two endpoints is gone',
    [inner, dns([first, second])],
    [inner, dns([second])],
    often(inside),
  ),
  udp('the same pod, another port', one, [
    outer,
    dns([first], { port: { ...dnsTarget, port: 5354 } }),
  ]),
  wider('all endpoints are gone, the slice is empty', one, [outer, dns([])]),
  wider('all endpoints are gone, the slice too', one, [outer]),
  udp(
    'an endpoint is terminating and serving',
    [outer, dns([first, second])],
    [outer, dns([first, second], { conditions: { [first]: leaving } })],
    often(everywhere),
  ),
  udp(
    'an endpoint is terminating and does not serve',
    [outer, dns([first, second])],
    [outer, dns([first, second], { conditions: { [first]: gone } })],
    often(everywhere),
  ),
  wider('the only endpoint does not serve', one, [
    outer,
    dns([first], { conditions: { [first]: unfit } }),
  ]),
  udp('endpoints appear', [outer], one),
  wider('the Service is deleted', one, [dns([first])]),
  wider('the Service and its slice are deleted', [...one, bystander], [bystander]),
  udp('the Service comes after the traffic', [bystander], [bystander, ...one]),
  wider(
    'the port number of the Service is another',
    [inner, dns([first])],
    [withSpec(inner, { ports: [{ ...dnsPort, port: 54 }] }), dns([first])],
    inside,
  ),
  udp('the policies are Local now, the endpoint is not', one, [
    withSpec(outer, { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' }),
    dns([first]),
  ]),
  // What went to the address before it was the Service's was rewritten to nothing (C8).
  wider(
    'an external IP comes to a Service in use',
    [inner, dns([first])],
    [withSpec(inner, { externalIPs: ['9.9.9.9'] }), dns([first])],
    [...inside, ask('203.0.113.6', '9.9.9.9', 53)],
  ),
  wider('an external IP goes from a Service in use', one, [
    withSpec(outer, { externalIPs: [] }),
    dns([first]),
  ]),
  udp('nothing is different', one, one),
  udp(
    'an IPv6 endpoint is replaced',
    [service('dns', 'fd00:172:30::a', { ports: [dnsPort] }), dns(['fd00:10:244:1::2'])],
    [service('dns', 'fd00:172:30::a', { ports: [dnsPort] }), dns(['fd00:10:244:1::3'])],
    [ask('fd00:10:244::2', 'fd00:172:30::a', 53)],
  ),
];

/** A client that is pinned to an endpoint when further worlds come. */
export interface PinSequence {
  readonly name: string;
  readonly before: readonly Manifest[];
  /** @param pinned the address of the client's endpoint */
  readonly after: (pinned: string) => readonly (readonly Manifest[])[];
  /** natc keeps the pin where kube-proxy forgets it (ND12). */
  readonly isKeptByNatc?: boolean;
}

const pods = ['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5'];
const webPort = { name: 'web', port: 80, nodePort: 30080 };
const webTarget = { name: 'web', protocol: 'TCP', port: 8080 };
const timeout = (timeoutSeconds: number) => ({
  sessionAffinityConfig: { clientIP: { timeoutSeconds } },
});
const sticky = service('web', '172.30.0.20', {
  type: 'NodePort',
  ports: [webPort],
  sessionAffinity: 'ClientIP',
  ...timeout(600),
});
const web = (addresses: readonly string[] = pods, details: Partial<SliceDetails> = {}) =>
  slice('web', addresses, { port: webTarget, ...details });
const stickyWith = (spec: Partial<Spec>): ServiceManifest => withSpec(sticky, spec);
const all = [sticky, web()];
const bothLocal = { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' };
/** All endpoints are on the node. */
const localWorld = (spec: Partial<Spec>) => [stickyWith(spec), web(pods, { nodeName: 'node-a' })];

const pin = (
  name: string,
  before: readonly Manifest[],
  ...after: readonly ((pinned: string) => readonly Manifest[])[]
): PinSequence => ({ name, before, after: (pinned) => after.map((world) => world(pinned)) });

export const pinSequences: readonly PinSequence[] = [
  pin('an endpoint comes before it in order', [sticky, web(pods.slice(1))], () => all),
  pin('an endpoint comes after it in order', [sticky, web(pods.slice(0, 3))], () => all),
  pin('another endpoint goes', all, (pinned) => {
    const other = pods.find((address) => address !== pinned);
    return [sticky, web(pods.filter((address) => address !== other))];
  }),
  pin(
    'its endpoint goes and comes back',
    all,
    (pinned) => [sticky, web(pods.filter((address) => address !== pinned))],
    () => all,
  ),
  pin('its endpoint is terminating, others are ready', all, (pinned) => [
    sticky,
    web(pods, { conditions: { [pinned]: leaving } }),
  ]),
  pin('the timeout is shorter', all, () => [stickyWith(timeout(60)), web()]),
  pin('the timeout is longer', all, () => [stickyWith(timeout(10_800)), web()]),
  pin('the port number of the Service is another', all, () => [
    stickyWith({ ports: [{ ...webPort, port: 81 }] }),
    web(),
  ]),
  {
    ...pin('the port has another name', all, () => [
      stickyWith({ ports: [{ ...webPort, name: 'www' }] }),
      web(pods, { port: { ...webTarget, name: 'www' } }),
    ]),
    isKeptByNatc: true,
  },
  pin('the pods listen on another port', all, () => [
    sticky,
    web(pods, { port: { ...webTarget, port: 9090 } }),
  ]),
  pin('an external IP comes', all, () => [stickyWith({ externalIPs: ['9.9.9.9'] }), web()]),
  pin('the cluster IP is another', all, () => [
    stickyWith({ clusterIP: '172.30.0.21', clusterIPs: ['172.30.0.21'] }),
    web(),
  ]),
  pin(
    'affinity is switched off and on',
    all,
    () => [stickyWith({ sessionAffinity: 'None' }), web()],
    () => all,
  ),
  pin('another Service is different', [...all, bystander], () => [
    ...all,
    withSpec(bystander, { ports: [{ port: 81 }] }),
  ]),
  pin('the endpoints move to another slice', all, () => [sticky, web(pods, { name: 'web-2' })]),
  pin('the policies are Local now, the endpoints are', localWorld({}), () => localWorld(bothLocal)),
  pin('the policies are Cluster now', localWorld(bothLocal), () => localWorld({})),
  pin(
    'the internal policy is Local for a while',
    localWorld({}),
    () => localWorld({ internalTrafficPolicy: 'Local' }),
    () => localWorld({}),
  ),
  pin(
    'the external policy is Local now, and a node port is used',
    localWorld({}),
    () => localWorld({ externalTrafficPolicy: 'Local' }),
    () => localWorld(bothLocal),
  ),
  pin('the policies are Local now, and other endpoints are elsewhere', all, (pinned) => [
    stickyWith(bothLocal),
    web([pinned], { nodeName: 'node-a' }),
    web(
      pods.filter((address) => address !== pinned),
      { name: 'web-2' },
    ),
  ]),
  pin('the node port goes', all, () => [
    stickyWith({ type: 'ClusterIP', ports: [{ name: 'web', port: 80 }] }),
    web(),
  ]),
];

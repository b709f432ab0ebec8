/** --external-ips and --endpoints-outside: what is told, what is left out, and what is left alone. */
import { describe, expect, test } from 'vitest';
import {
  at,
  endpoints,
  ingress,
  node,
  planned,
  ready,
  service,
  shown,
  slice,
} from '../support/cluster.ts';

type Options = Parameters<typeof planned>[1];

const nodes = [
  node('node-a', { addresses: ['192.168.0.2'], podCIDRs: ['10.180.0.0/24'] }),
  node('node-b', { addresses: ['192.168.0.3'], podCIDRs: ['10.180.1.0/24', '10.180.2.0/24'] }),
];
const dns = service({ clusterIP: '172.30.0.10' }, { name: 'dns', namespace: 'kube-system' });
const balanced = service(
  { clusterIP: '172.30.0.11', type: 'LoadBalancer' },
  { name: 'vip', status: ingress('203.0.113.7') },
);

function said(objects: Parameters<typeof planned>[0], options: Options = {}) {
  const { IPv4, diagnostics } = planned([...nodes, dns, balanced, ...objects], options);
  const relevant = diagnostics.filter(({ code }) => /^NATC303[1-5]$/.test(code));
  return {
    messages: relevant
      .filter(({ severity }) => severity === 'warning')
      .map(({ message }) => message),
    notes: relevant.filter(({ severity }) => severity === 'note').map(({ message }) => message),
    places: relevant.map(({ places: [first] }) => (first?.kind === 'field' ? first.path : first)),
    web: IPv4.servicePorts.filter((each) => each.service === 'web'),
  };
}

describe('--external-ips', () => {
  const external = (...externalIPs: readonly string[]) => service({ externalIPs });

  test.each([
    ['192.168.0.3', 'an address of Node node-b'],
    ['172.30.0.10', 'the cluster IP of Service kube-system/dns'],
    ['172.30.99.9', "in the Services' network 172.30.0.0/16"],
    ['10.180.2.200', "in the pods' network"],
  ])('warn tells of %s', (address, what) => {
    const { messages, web } = said([external(address)], { serviceCIDRs: ['172.30.0.0/16'] });
    expect(messages).toEqual([
      `external IP ${address} of Service default/web (${what}) is not its own`,
    ]);
    // On another port than the cluster IP's own it would be served.
    if (address !== '172.30.0.10') expect(web.flatMap(shown).join()).toContain(address);
  });

  test('a cluster IP at another port is served under warn, and told of', () => {
    const other = service({
      externalIPs: ['172.30.0.10'],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    });
    const { messages, web } = said([other]);
    expect(messages).toHaveLength(1);
    expect(web.flatMap(shown)).toContain('external-ip 172.30.0.10:8080 reject');
    expect(said([other], { externalIPs: ['deny'] }).web.flatMap(shown)).toEqual([
      'cluster-ip 172.30.0.41:8080 reject',
    ]);
  });

  test('warn says nothing where no fact speaks against it', () => {
    expect(said([external('198.51.100.1', '8.8.8.8', '172.30.0.41')]).messages).toEqual([]);
    expect(said([external('172.30.99.9')]).messages).toEqual([]);
  });

  test('allow says nothing', () => {
    expect(said([external('192.168.0.3')], { externalIPs: ['allow'] }).messages).toEqual([]);
  });

  test('deny leaves every one out, with its field, and serves the rest', () => {
    const { messages, web, places } = said([external('8.8.8.8')], { externalIPs: ['deny'] });
    expect(messages).toEqual([
      'external IP 8.8.8.8 of Service default/web is not served: --external-ips deny',
    ]);
    expect(places).toEqual([['spec', 'externalIPs', 0]]);
    expect(web.flatMap(shown)).toEqual(['cluster-ip 172.30.0.41:80 reject']);
  });

  test('networks let in what lies in them, without a word', () => {
    const options = { externalIPs: ['192.168.0.0/24'] };
    const { messages, web } = said([external('192.168.0.3', '198.51.100.1')], options);
    expect(messages).toEqual([
      'external IP 198.51.100.1 of Service default/web is not served: --external-ips 192.168.0.0/24',
    ]);
    expect(web.flatMap(shown)).toContain('external-ip 192.168.0.3:80 reject');
  });

  test('a load-balancer IP that is listed as an external IP too is left alone', () => {
    const both = service(
      { externalIPs: ['192.168.0.3'], type: 'LoadBalancer' },
      { status: ingress('192.168.0.3') },
    );
    const { web } = said([both], { externalIPs: ['deny'] });
    expect(web.flatMap(shown)).toContain('load-balancer-ip 192.168.0.3:80 reject');
    expect(said([both]).messages).toEqual([]);
  });
});

describe('--endpoints-outside', () => {
  const to = (address: string, more: Readonly<Record<string, unknown>> = {}) => [
    service(),
    slice([at(address, more)]),
  ];

  test.each([
    ['192.168.0.3', 'an address of Node node-b'],
    ['203.0.113.7', 'a load-balancer IP of Service default/vip'],
    ['172.30.99.9', "in the Services' network 172.30.0.0/16"],
    ['8.8.8.8', 'a public address, no pod'],
  ])('warn tells of %s, and deny leaves it out', (address, what) => {
    const options = { serviceCIDRs: ['172.30.0.0/16'] };
    const warned = said(to(address), options);
    expect(warned.messages).toEqual([
      `endpoint ${address} of Service default/web (${what}) is no pod`,
    ]);
    expect(warned.web[0]?.clusterEndpoints).toHaveLength(1);
    const denied = said(to(address), { ...options, endpointsOutside: 'deny' });
    expect(denied.messages).toEqual([
      `endpoint ${address} of Service default/web is left out: it is ${what}`,
    ]);
    expect(denied.places).toEqual([['endpoints', 0, 'addresses', 0]]);
    expect(denied.web[0]?.clusterEndpoints).toEqual([]);
    expect(said(to(address), { ...options, endpointsOutside: 'allow' }).messages).toEqual([]);
  });

  test('deny leaves out a cluster IP, and only what it is about', () => {
    const objects = [service(), slice(ready('172.30.0.10', '10.180.2.9'))];
    const { web } = said(objects, { endpointsOutside: 'deny' });
    expect(web[0]?.clusterEndpoints.map(({ address }) => address)).toEqual(['10.180.2.9']);
  });

  test('host-network pods are ordinary', () => {
    const pod = { targetRef: { kind: 'Pod', name: 'p', namespace: 'default' } };
    expect(said(to('192.168.0.3', pod)).messages).toEqual([]);
  });

  test("but that a Pod is named is anybody's to write: deny is not moved", () => {
    const pod = { targetRef: { kind: 'Pod', name: 'p', namespace: 'default' } };
    const { web } = said(to('192.168.0.3', pod), { endpointsOutside: 'deny' });
    expect(web[0]?.clusterEndpoints).toEqual([]);
  });

  test('so are the API servers of default/kubernetes, even under deny', () => {
    const named = { name: 'kubernetes' };
    const objects = [
      service({}, named),
      slice(ready('192.168.0.2', '8.8.8.8'), { of: 'kubernetes' }),
    ];
    expect(said(objects).messages).toEqual([]);
    const { IPv4 } = planned([...nodes, ...objects], { endpointsOutside: 'deny' });
    expect(IPv4.servicePorts[0]?.clusterEndpoints).toHaveLength(2);
  });

  test('a database beside the cluster gets a note only', () => {
    const objects = [
      service(),
      endpoints([{ addresses: [{ ip: '192.168.0.70' }], ports: [{ name: 'http', port: 5432 }] }]),
    ];
    const { messages, notes } = said(objects);
    expect(messages).toEqual([]);
    expect(notes).toEqual([
      "endpoint 192.168.0.70 of Service default/web (in none of the pods' networks) is no pod",
    ]);
    expect(said(objects, { endpointsOutside: 'deny' }).web[0]?.clusterEndpoints).toEqual([]);
  });

  test('where no pod network is known, nothing is outside', () => {
    const { diagnostics, IPv4 } = planned(to('8.8.8.8'), { endpointsOutside: 'deny' });
    expect(diagnostics.filter(({ code }) => code.startsWith('NATC303'))).toEqual([]);
    expect(IPv4.servicePorts[0]?.clusterEndpoints).toHaveLength(1);
  });
});

test('a cluster IP that is an address of a node is told of', () => {
  const { messages } = said([service({ clusterIP: '192.168.0.3' })]);
  expect(messages).toEqual([
    'cluster IP 192.168.0.3 of Service default/web (an address of Node node-b) is none that the API server gives out',
  ]);
});

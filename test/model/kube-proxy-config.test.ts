import { describe, expect, test } from 'vitest';
import { kubeProxyConfigOf, readKubeProxyConfig } from '../../src/model/kube-proxy-config.ts';
import { buildModel } from '../../src/model/model.ts';
import { defaultOptions } from '../../src/options.ts';
import { objectOf } from '../support/objects.ts';

const config = (fields: object) =>
  objectOf({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    ...fields,
  });

const read = (fields: object) => readKubeProxyConfig(config(fields));

const findings = (fields: object) =>
  read(fields).diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`);

describe('honoured fields', () => {
  test('become options, each with its place', () => {
    const { options, places, diagnostics } = read({
      mode: 'iptables',
      hostnameOverride: 'Node-A',
      bindAddress: '192.168.0.2',
      clusterCIDR: '10.180.0.0/16, fd00:10:180::/48',
      detectLocalMode: 'BridgeInterface',
      detectLocal: { bridgeInterface: 'cni0', interfaceNamePrefix: 'veth' },
      nodePortAddresses: ['192.168.0.0/24', ' 127.0.0.0/8'],
      iptables: { masqueradeAll: true, masqueradeBit: 15, localhostNodePorts: false },
    });
    expect(diagnostics).toEqual([]);
    expect(options).toEqual({
      nodeName: 'Node-A',
      nodeIPs: ['192.168.0.2'],
      clusterCIDRs: ['10.180.0.0/16', 'fd00:10:180::/48'],
      detectLocalMode: 'BridgeInterface',
      podBridgeInterface: 'cni0',
      podInterfaceNamePrefix: 'veth',
      nodePortAddresses: ['192.168.0.0/24', '127.0.0.0/8'],
      masqueradeAll: true,
      masqueradeBit: 15,
      localhostNodePorts: false,
    });
    expect([...places.keys()].sort()).toEqual(Object.keys(options).sort());
    expect(places.get('podBridgeInterface')).toMatchObject({
      path: ['detectLocal', 'bridgeInterface'],
    });
  });

  test('the zero values that kubeadm writes set nothing and say nothing', () => {
    expect(
      read({
        bindAddress: '0.0.0.0',
        bindAddressHardFail: false,
        clientConnection: { kubeconfig: '' },
        clusterCIDR: '',
        configSyncPeriod: '0s',
        conntrack: { maxPerCore: null, min: null, tcpEstablishedTimeout: null },
        detectLocal: { bridgeInterface: '', interfaceNamePrefix: '' },
        detectLocalMode: '',
        enableProfiling: false,
        healthzBindAddress: '',
        hostnameOverride: '',
        iptables: { localhostNodePorts: null, masqueradeBit: null, syncPeriod: '0s' },
        ipvs: { excludeCIDRs: null, scheduler: '', strictARP: false, tcpTimeout: '0s' },
        mode: '',
        nodePortAddresses: null,
        oomScoreAdj: null,
        portRange: '',
        winkernel: { enableDSR: false, networkName: '' },
      }),
    ).toEqual({ options: {}, places: new Map(), diagnostics: [] });
  });

  test('masquerading is read from the section of the mode (Q4)', () => {
    const sections = { iptables: { masqueradeBit: 1 }, nftables: { masqueradeBit: 2 } };
    const bit = (fields: object) =>
      read({ nodePortAddresses: ['all'], ...fields }).options.masqueradeBit;
    expect(bit({ ...sections, mode: 'iptables' })).toBe(1);
    expect(bit({ ...sections, mode: 'nftables' })).toBe(2);
    expect(bit(sections)).toBe(1);
    expect(bit({ nftables: { masqueradeBit: 2 } })).toBe(2);
    expect(bit({ mode: 'nftables', iptables: { masqueradeBit: 1 } })).toBeUndefined();
  });
});

describe('what has no effect', () => {
  test('is said with the reason', () => {
    expect(findings({ conntrack: { maxPerCore: 65536 } })).toEqual([
      'warning NATC2091 conntrack.maxPerCore has no effect: natc leaves the limits and timeouts of conntrack alone: set the sysctls',
    ]);
    expect(findings({ mode: 'ipvs', ipvs: { strictARP: true } })).toEqual([
      'warning NATC2091 mode ipvs has no effect: natc makes rules for nftables or iptables',
      'warning NATC2091 ipvs.strictARP has no effect: natc has no IPVS mode',
    ]);
    expect(findings({ metricsBindAddress: '127.0.0.1:10249' })).toEqual([
      'note NATC2091 metricsBindAddress has no effect: natc apply --follow takes --metrics-bind-address',
    ]);
  });

  test('unknown fields are named', () => {
    expect(findings({ nodePortAdresses: [], iptables: { masquradeAll: true }, foo: 1 })).toEqual([
      'warning NATC2090 unknown field "nodePortAdresses" of KubeProxyConfiguration is ignored',
      'warning NATC2090 unknown field "iptables.masquradeAll" of KubeProxyConfiguration is ignored',
      'warning NATC2090 unknown field "foo" of KubeProxyConfiguration is ignored',
    ]);
  });

  test('nftables mode without nodePortAddresses has another default (N1, ND1)', () => {
    expect(findings({ mode: 'nftables' })[0]).toContain('warning NATC2092');
    expect(findings({ mode: 'nftables', nodePortAddresses: ['primary'] })).toEqual([]);
  });
});

test.for([
  [{ nodePortAddresses: '10.0.0.0/8' }, 'NATC2001'],
  [{ nodePortAddresses: [10] }, 'NATC2001'],
  [{ clusterCIDR: ['10.0.0.0/8'] }, 'NATC2001'],
  [{ iptables: { masqueradeAll: 'true' } }, 'NATC2001'],
  [{ iptables: { masqueradeBit: 32 } }, 'NATC2003'],
  [{ iptables: [] }, 'NATC2001'],
  [{ detectLocalMode: 'clusterCIDR' }, 'NATC2004'],
  [{ mode: 'nft' }, 'NATC2004'],
] as const)('%j is an error: %s', ([fields, code]) => {
  expect(read(fields).diagnostics).toMatchObject([{ severity: 'error', code }]);
});

test('a bad value is reported at its entry in the file', () => {
  const { options, places } = read({ nodePortAddresses: ['10.0.0.0/8', '10.1.2.3'] });
  const model = buildModel([], { ...defaultOptions, ...options }, places);
  expect(model.diagnostics).toMatchObject([
    {
      code: 'NATC2080',
      message: 'nodePortAddresses must be a CIDR, primary, localhost or all, got "10.1.2.3"',
      hint: 'for this one address write 10.1.2.3/32',
      places: [{ path: ['nodePortAddresses', 1] }],
    },
  ]);
});

test('a file holds one configuration', () => {
  expect(kubeProxyConfigOf([], 'a.yaml').diagnostics).toMatchObject([
    { code: 'NATC2093', places: [{ kind: 'file', name: 'a.yaml' }] },
  ]);
  expect(kubeProxyConfigOf([config({}), config({})], 'a.yaml').diagnostics).toMatchObject([
    { code: 'NATC2093', severity: 'error' },
  ]);
  expect(kubeProxyConfigOf([config({})], 'a.yaml').diagnostics).toEqual([]);
});

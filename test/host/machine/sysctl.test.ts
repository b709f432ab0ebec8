import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/compile.ts';
import {
  checkSysctls,
  requiredSysctls,
  setSysctls,
  sysctlPath,
} from '../../../src/host/machine/sysctl.ts';
import { type CompileOptions, defaultOptions } from '../../../src/options.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { objectOf } from '../../support/objects.ts';

const service = (spec: object) =>
  objectOf({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  });

function namesFor(spec: object, options: Partial<CompileOptions> = {}) {
  const { output } = compile([service(spec)], { ...defaultOptions, ...options });
  if (output === undefined) throw new Error('does not compile');
  return requiredSysctls(output.plan).map(({ name }) => name);
}

const forwarding4 = 'net.ipv4.ip_forward';
const forwarding6 = 'net.ipv6.conf.all.forwarding';
const loopback = 'net.ipv4.conf.all.route_localnet';

describe('sysctls that the rules rely on', () => {
  const nodePort = {
    type: 'NodePort',
    clusterIP: '172.30.0.10',
    ports: [{ port: 80, nodePort: 30080 }],
  };
  const clusterIP = { clusterIP: '172.30.0.10', ports: [{ port: 80 }] };
  const ipv6 = { clusterIP: 'fd00:10:96::10', ipFamilies: ['IPv6'], ports: [{ port: 80 }] };

  test.each([
    ['a cluster IP', clusterIP, {}, [forwarding4]],
    ['an IPv6 cluster IP', ipv6, {}, [forwarding6]],
    ['node ports on all addresses', nodePort, {}, [forwarding4, loopback]],
    [
      'node ports on the loopback',
      nodePort,
      { nodePortAddresses: ['127.0.0.0/8'] },
      [forwarding4, loopback],
    ],
    ['node ports elsewhere', nodePort, { nodePortAddresses: ['192.168.0.0/24'] }, [forwarding4]],
    ['loopback node ports off', nodePort, { localhostNodePorts: false }, [forwarding4]],
    ['nothing to serve', { clusterIP: 'None', ports: [{ port: 80 }] }, {}, []],
  ] as const)('%s', (_, spec, options, names) => {
    expect(namesFor(spec, options)).toEqual(names);
  });

  const sysctls = [
    { name: forwarding4, reason: 'to forward' },
    { name: loopback, reason: 'for the loopback' },
  ];

  test('check names those that are off, and only those', async () => {
    const { host } = fakeHost({
      files: { [sysctlPath(forwarding4)]: '1\n', [sysctlPath(loopback)]: '0\n' },
    });
    const diagnostics = await checkSysctls(host, sysctls);
    expect(diagnostics).toMatchObject([{ code: 'NATC5006', severity: 'warning' }]);
    expect(diagnostics[0]?.message).toContain(loopback);
  });

  test('a kernel without the sysctl is left alone', async () => {
    const { host, files } = fakeHost({ files: { [sysctlPath(forwarding4)]: '0\n' } });
    expect(await setSysctls(host, sysctls)).toEqual({ set: [forwarding4], diagnostics: [] });
    expect(Object.fromEntries(files)).toEqual({ [sysctlPath(forwarding4)]: '1\n' });
  });
});

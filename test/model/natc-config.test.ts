import { describe, expect, test } from 'vitest';
import { locateDiagnostic, natcConfig } from '../support/natc-config.ts';

describe('what natc.yaml says', () => {
  test('takes each kind of value as its flag does', () => {
    const { options, commandOptions, diagnostics } = natcConfig(
      [
        'nodeName: node-a',
        'nodeIP: [192.168.0.2, "2001:db8::2"]',
        'clusterCIDR: 10.180.0.0/16, fd00:10:180::/48',
        'serviceNodePortRange: 30000-31000',
        'masqueradeAll: true',
        'masqueradeBit: 7',
        'ipFamily: ipv6,ipv4',
        'externalIPs: deny',
        'endpointsOutside: allow',
        'detectLocalMode: NodeCIDR',
        'validate: warn',
        'filename: manifests',
        'requestTimeout: 2m',
        'lockTimeout: 5',
        'failOn: warning',
        'kernel: false',
      ].join('\n'),
    );
    expect(diagnostics).toEqual([]);
    expect(options).toEqual({
      nodeName: 'node-a',
      nodeIPs: ['192.168.0.2', '2001:db8::2'],
      clusterCIDRs: ['10.180.0.0/16', 'fd00:10:180::/48'],
      serviceNodePortRange: { first: 30000, last: 31000 },
      masqueradeAll: true,
      masqueradeBit: 7,
      families: ['IPv4', 'IPv6'],
      externalIPs: ['deny'],
      endpointsOutside: 'allow',
      detectLocalMode: 'NodeCIDR',
      validate: 'warn',
    });
    expect(commandOptions).toEqual({
      filename: ['manifests'],
      requestTimeout: 120,
      lockTimeout: 5,
      failOn: 'warning',
      kernel: false,
    });
  });

  test('an empty list is set, what is null or absent is not', () => {
    expect(natcConfig('clusterCIDR: []\nzone:\nserviceCIDR: ""').options).toEqual({
      clusterCIDRs: [],
      serviceCIDRs: [],
    });
  });

  test.each([
    ['masqueradeAll: "true"', '3:16', 'NATC2001', 'true or false'],
    ['nodeName: 7', '3:11', 'NATC2001', 'a string'],
    ['clusterCIDR: [10.180.0.0/16, 5]', '3:30', 'NATC2001', 'a string'],
    ['clusterCIDR: { a: b }', '3:14', 'NATC2001', 'a list of strings'],
    ['validate: strikt', '3:11', 'NATC2004', 'strict or warn'],
    ['failOn: note', '3:9', 'NATC2004', 'error or warning'],
    ['requestTimeout: soon', '3:17', 'NATC2001', 'a time'],
    ['requestTimeout: 0', '3:17', 'NATC2001', 'a time'],
    ['ipFamily: ipv5', '3:11', 'NATC2001', 'ipv4'],
    ['serviceNodePortRange: 30000', '3:23', 'NATC2001', 'a string'],
    ['serviceNodePortRange: "30000"', '3:23', 'NATC2001', 'FIRST-LAST'],
    ['filename: []', '3:11', 'NATC2001', 'a path'],
    ['kubeconfig: ""', '3:13', 'NATC2001', 'a path'],
    ['maxRemovals: -1', '3:14', 'NATC2003', 'whole number'],
  ])('refuses %s at its place', (line, position, code, words) => {
    const { diagnostics } = natcConfig(line);
    expect(diagnostics).toMatchObject([{ code, severity: 'error' }]);
    expect(diagnostics[0]!.message).toContain(words);
    expect(locateDiagnostic(diagnostics[0]!)).toBe(`natc.yaml:${position}`);
  });

  test.each([
    ['clusterCDIR', 'did you mean clusterCIDR?'],
    ['cluster-cidr', 'did you mean clusterCIDR?'],
    ['nodeport-addresses', 'did you mean nodePortAddresses?'],
    ['hostnameOverride', 'did you mean nodeName?'],
    ['completelyElse', 'remove it; docs/configuration.md lists the keys'],
  ])('refuses the unknown key %s, at the key', (key, hint) => {
    const { diagnostics } = natcConfig(`${key}: x`);
    expect(diagnostics).toMatchObject([{ code: 'NATC2096', severity: 'error', hint }]);
    expect(locateDiagnostic(diagnostics[0]!)).toBe('natc.yaml:3:1');
  });

  test('refuses two inputs, another kind, none, several, and a key that JSON gives twice', () => {
    const codes = (text: string, head?: string) =>
      natcConfig(text, head).diagnostics.map(({ code }) => code);
    expect(codes('filename: a\nfromCluster: true')).toEqual(['NATC2098']);
    expect(codes('filename: a\nfromCluster: false')).toEqual([]);
    expect(codes('', 'apiVersion: v1\nkind: ConfigMap\n')).toEqual(['NATC2095']);
    const head = 'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\n';
    expect(codes(`---\n${head}`)).toEqual(['NATC2095']);
    const json =
      '{"apiVersion":"natc.dev/v1alpha1","kind":"NatcConfiguration","zone":"a","zone":"b"}';
    expect(codes('', json)).toEqual(['NATC2124']);
  });

  test('another version is named with the one natc reads', () => {
    const { unread } = natcConfig('', 'apiVersion: natc.dev/v2\nkind: NatcConfiguration\n');
    expect(unread).toMatchObject([{ code: 'NATC1032', severity: 'error' }]);
    expect(unread[0]!.hint).toContain('natc.dev/v1alpha1');
  });
});

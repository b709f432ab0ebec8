import { expect, test } from 'vitest';
import { onlyPort, planned, ready, service, shown, slice } from '../support/cluster.ts';

const reasonOf = (spec: object, more: object = {}): string | undefined =>
  planned([service(spec as never, more as never)]).plan.unserved[0]?.reason;

test('S1 a Service without cluster IP, or headless, is skipped with all its addresses', () => {
  const external = { externalIPs: ['192.168.99.1'], type: 'NodePort' };
  expect(reasonOf({ clusterIP: 'None' })).toBe('headless');
  expect(reasonOf({ ...external, clusterIP: '' })).toBe('no-cluster-ip');
  expect(planned([service({ ...external, clusterIP: '' })]).IPv4.servicePorts).toEqual([]);
});

test('S2 ExternalName is skipped even with a stale cluster IP', () => {
  const { plan, IPv4 } = planned([service({ type: 'ExternalName', externalName: 'a.example' })]);
  expect(plan.unserved.map(({ reason }) => reason)).toEqual(['external-name']);
  expect(IPv4.clusterIPs).toEqual([]);
});

test('S3 the label service-proxy-name hides a Service, even when empty', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': '' };
  expect(reasonOf({}, { labels })).toBe('other-proxy');
});

test('S3 --service-proxy-name takes the Services of that name and no others', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'natc' };
  const { plan, IPv4 } = planned(
    [service({}, { labels }), service({ clusterIP: '172.30.0.42' }, { name: 'other' })],
    { serviceProxyName: 'natc' },
  );
  expect(IPv4.clusterIPs).toEqual(['172.30.0.41']);
  expect(plan.unserved.map((each) => each.service)).toEqual(['other']);
});

test('S3 the label means nothing on a slice, whichever proxy natc is', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'natc' };
  const labelled = slice(ready('10.0.0.1'), { labels });
  const unlabelled = slice(ready('10.0.0.2'), { name: 'web-2' });
  const ours = onlyPort([service(), labelled, unlabelled]);
  expect(ours.clusterEndpoints).toHaveLength(2);
  const objects = [service({}, { labels }), labelled, unlabelled];
  expect(planned(objects, { serviceProxyName: 'other' }).IPv4.servicePorts).toEqual([]);
  expect(onlyPort(objects, { serviceProxyName: 'natc' }).clusterEndpoints).toHaveLength(2);
});

test('S4 the label headless hides slices, whatever its value, and no Service', () => {
  const labels = { 'service.kubernetes.io/headless': 'false' };
  const served = onlyPort([service({}, { labels }), slice(ready('10.0.0.1'))]);
  expect(served.clusterEndpoints).toHaveLength(1);
  expect(onlyPort([service(), slice(ready('10.0.0.1'), { labels })]).clusterEndpoints).toEqual([]);
});

test('D7 S5 without ipFamilies each cluster IP is of its own family', () => {
  const { IPv4, IPv6 } = planned([
    service({ clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '172.30.0.41'] }),
  ]);
  expect(IPv4.clusterIPs).toEqual(['172.30.0.41']);
  expect(IPv6.clusterIPs).toEqual(['fd00::1']);
});

test('D7 S5 a second cluster IP that ipFamilies does not name is served, as the API server adds the family', () => {
  const { IPv4, IPv6 } = planned([
    service({
      clusterIP: 'fd00::1',
      clusterIPs: ['fd00::1', '172.30.0.41'],
      ipFamilies: ['IPv6'],
    }),
  ]);
  expect(IPv4.clusterIPs).toEqual(['172.30.0.41']);
  expect(IPv6.clusterIPs).toEqual(['fd00::1']);
});

test('S5 ipFamilies says which cluster IP belongs to which family', () => {
  const { IPv4, IPv6 } = planned([
    service({
      clusterIP: 'fd00::1',
      clusterIPs: ['fd00::1', '172.30.0.41'],
      ipFamilies: ['IPv6', 'IPv4'],
    }),
  ]);
  expect(IPv4.clusterIPs).toEqual(['172.30.0.41']);
  expect(IPv6.clusterIPs).toEqual(['fd00::1']);
});

test('S5 a Service does not exist in a family without cluster IP, external addresses or not', () => {
  const { IPv6 } = planned([service({ externalIPs: ['2001:db8::9'] })]);
  expect(IPv6.servicePorts).toEqual([]);
});

test('S5 a Service of a family that is not compiled is told', () => {
  const { plan } = planned([service({ clusterIP: 'fd00::1' })], { families: ['IPv4'] });
  expect(plan.families.map(({ family }) => family)).toEqual(['IPv4']);
  expect(plan.unserved[0]?.reason).toBe('other-family');
});

test('S6 one family of a Service may be served while the other refuses', () => {
  const { IPv4, IPv6 } = planned([
    service({ clusterIPs: ['172.30.0.41', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] }),
    slice(ready('10.0.0.1')),
  ]);
  expect(IPv4.servicePorts.flatMap(shown)).toEqual(['cluster-ip 172.30.0.41:80 pick']);
  expect(IPv6.servicePorts.flatMap(shown)).toEqual(['cluster-ip fd00::1:80 reject']);
});

test('S7 ports that differ only in protocol are two ServicePorts, sorted', () => {
  const ports = ['UDP', 'TCP'].map((protocol) => ({ name: 'dns', port: 53, protocol }));
  const { IPv4 } = planned([service({ ports })]);
  expect(IPv4.servicePorts.map(({ protocol }) => protocol)).toEqual(['TCP', 'UDP']);
});

test('S8 a Service without ports gives nothing, not even a cluster IP', () => {
  expect(reasonOf({ ports: [] })).toBe('no-ports');
  expect(planned([service({ ports: [] })]).IPv4.clusterIPs).toEqual([]);
});

test('S9 equal names in two namespaces do not meet', () => {
  const { IPv4 } = planned([
    service({ clusterIP: '172.30.0.42' }, { namespace: 'b' }),
    service({}, { namespace: 'a' }),
    slice(ready('10.0.0.1'), { namespace: 'a' }),
  ]);
  expect(IPv4.servicePorts.map((each) => [each.namespace, each.clusterEndpoints.length])).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
});

test('ND4 cluster IPs of another proxy are listed apart, without any that is ours', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'cilium' };
  const { IPv4, IPv6 } = planned([
    service({ clusterIP: '172.30.0.50' }, { name: 'other', labels }),
    service({}, { name: 'zzz', labels }),
    service({ clusterIP: 'fd00::50' }, { name: 'six', labels }),
    service({ clusterIP: 'None' }, { name: 'none', labels }),
    service(),
  ]);
  expect(IPv4.otherProxyClusterIPs).toEqual(['172.30.0.50']);
  expect(IPv6.otherProxyClusterIPs).toEqual(['fd00::50']);
});

test('K2 service CIDRs are told apart by family and normalised', () => {
  const { IPv4, IPv6 } = planned([], {
    serviceCIDRs: ['172.30.1.0/24', '172.30.0.0/16', 'fd00::/112'],
  });
  expect(IPv4.serviceCIDRs).toEqual([{ family: 'IPv4', address: '172.30.0.0', prefixLength: 16 }]);
  expect(IPv6.serviceCIDRs).toHaveLength(1);
});

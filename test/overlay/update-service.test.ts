import { describe, expect, test } from 'vitest';
import { threeWay } from '../../src/overlay/merge.ts';
import { updatedSpec } from '../../src/overlay/update-service.ts';

const stored = {
  type: 'NodePort',
  clusterIP: '10.96.1.10',
  clusterIPs: ['10.96.1.10'],
  ipFamilies: ['IPv4'],
  ipFamilyPolicy: 'SingleStack',
  externalTrafficPolicy: 'Cluster',
  ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
};
const update = (after: Record<string, unknown>, before: Record<string, unknown> = stored) =>
  updatedSpec(before, after);

describe('the API server on an update', () => {
  test('fills in what it allocated', () => {
    const { spec, refused } = update({ type: 'NodePort', ports: [{ name: 'http', port: 81 }] });
    expect(refused).toEqual([]);
    expect(spec).toMatchObject({
      clusterIP: '10.96.1.10',
      clusterIPs: ['10.96.1.10'],
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', port: 81, nodePort: 30080 }],
    });
  });

  test('gives a node port to one port only, and by name', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'other', port: 81, nodePort: 30080 },
    ];
    expect(update({ type: 'NodePort', ports }).spec['ports']).toEqual(ports);
  });

  test('keeps node ports where allocateLoadBalancerNodePorts is false from now on', () => {
    const ports = [{ name: 'http', port: 80 }];
    const after = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports };
    expect(update(after).spec['ports']).toMatchObject([{ nodePort: 30080 }]);
  });

  test('releases node ports with their type', () => {
    const { spec } = update({ ...stored, type: 'ClusterIP' });
    expect(spec).not.toHaveProperty('externalTrafficPolicy');
    expect(spec['ports']).toEqual([{ name: 'http', port: 80, protocol: 'TCP' }]);
    // What is given anew is for validation to refuse.
    const own = { ...stored, type: 'ClusterIP', ports: [{ port: 80, nodePort: 30099 }] };
    expect(update(own).spec['ports']).toEqual(own.ports);
  });

  test('releases the cluster IP of an ExternalName, and gives it none back', () => {
    const outside = { ...stored, type: 'ExternalName', externalName: 'a.example' };
    const { spec } = update(outside);
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
      expect(spec).not.toHaveProperty(field);
    const back = update({ type: 'ClusterIP', ports: [] }, spec);
    expect(back.spec).toEqual({ type: 'ClusterIP', ports: [] });
  });

  test('keeps a headless Service headless', () => {
    const headless = { ...stored, type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] };
    expect(update({ ports: [] }, headless).spec).toMatchObject({ clusterIP: 'None' });
  });

  test('drops a family for SingleStack, and adds one only where the policy changes', () => {
    const dual = {
      ...stored,
      clusterIPs: ['10.96.1.10', 'fd00::10'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
    };
    expect(update({ ...dual, ipFamilyPolicy: 'SingleStack' }, dual).spec).toMatchObject({
      clusterIPs: ['10.96.1.10'],
      ipFamilies: ['IPv4'],
    });
    const prefers = { ...stored, ipFamilyPolicy: 'PreferDualStack' };
    expect(update(prefers, prefers).spec['ipFamilyPolicy']).toBe('SingleStack');
    expect(update(prefers).spec['ipFamilyPolicy']).toBe('PreferDualStack');
  });

  test('refuses other values of what may not change', () => {
    const balancer = {
      ...stored,
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 31000,
      loadBalancerClass: 'example.com/a',
    };
    const { refused } = update(
      {
        ...balancer,
        clusterIP: '10.96.1.11',
        healthCheckNodePort: 31001,
        loadBalancerClass: 'example.com/b',
        ipFamilies: ['IPv6'],
      },
      balancer,
    );
    expect(refused.map(({ path }) => path.join('.'))).toEqual([
      'spec.clusterIP',
      'spec.ipFamilies.0',
      'spec.loadBalancerClass',
      'spec.healthCheckNodePort',
    ]);
  });
});

describe('kubectl apply', () => {
  test('deletes what the last apply set and the manifest lacks, and leaves the rest', () => {
    const live = {
      a: 1,
      b: 2,
      c: { d: 3, e: 4 },
      ports: [{ port: 80, nodePort: 30080 }, { port: 81 }],
    };
    const last = { a: 1, c: { d: 3 }, ports: [{ port: 80 }] };
    expect(
      threeWay(live, last, { c: { f: 5 }, b: null, ports: [{ port: 80, name: 'x' }] }),
    ).toEqual({
      c: { e: 4, f: 5 },
      ports: [{ port: 80, nodePort: 30080, name: 'x' }, { port: 81 }],
    });
  });
});

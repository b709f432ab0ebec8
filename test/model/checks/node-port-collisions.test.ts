import { expect, test } from 'vitest';
import { findings, modelOf, service } from '../../support/findings.ts';

const claiming = (name: string, clusterIP: string, protocol: string, more: object = {}) =>
  service(
    { type: 'NodePort', clusterIP, ports: [{ name: 'p', port: 80, protocol, nodePort: 30080 }] },
    { metadata: { name, namespace: 'shop', ...more } },
  );

const a = claiming('a', '172.30.0.11', 'TCP');
const b = claiming('b', '172.30.0.12', 'TCP');
const c = claiming('c', '172.30.0.13', 'UDP');
const refused = ['error NATC2027 spec.ports[0].nodePort spec.ports[0].nodePort'];

const said = (objects: readonly object[], validate: 'strict' | 'warn') =>
  modelOf(objects, { validate }).diagnostics.map(({ message, hint }) => `${message}; ${hint}`);

test('two Services cannot have the same node port, whatever the protocols (V6)', () => {
  expect(findings([a, b])).toEqual(refused);
  expect(findings([a, c])).toEqual(refused);
  expect(said([a, c], 'warn')).toEqual([
    'nodePort 30080/UDP is taken by Service shop/a, as nodePort 30080/TCP; choose another port: the API server gives each number to one Service; both are served, as by kube-proxy',
  ]);
});

test('nor one that is a health-check node port of another (V6)', () => {
  const healthy = service(
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30080 },
    { metadata: { name: 'z', namespace: 'shop' } },
  );
  expect(findings([a, healthy])).toEqual([
    'error NATC2027 spec.healthCheckNodePort spec.ports[0].nodePort',
  ]);
});

test('ND11 the older one has it, in whatever order they are read', () => {
  const older = claiming('b', '172.30.0.12', 'TCP', { creationTimestamp: '2026-01-01T00:00:00Z' });
  const younger = claiming('a', '172.30.0.11', 'TCP', {
    creationTimestamp: '2026-06-01T00:00:00Z',
  });
  const expected = [
    'nodePort 30080/TCP is taken by Service shop/b; choose another port; with --validate warn shop/b keeps it: it is older: created 2026-01-01T00:00:00Z, the other 2026-06-01T00:00:00Z',
  ];
  expect(said([older, younger], 'strict')).toEqual(expected);
  expect(said([younger, older], 'strict')).toEqual(expected);
  expect(said([a, older], 'warn')).toEqual([
    'nodePort 30080/TCP is taken by Service shop/b; shop/b keeps it: it is older: created 2026-01-01T00:00:00Z, and the other does not say when',
  ]);
});

test('of the same age, the first by name has it', () => {
  const owners = (objects: readonly object[]) =>
    modelOf(objects).diagnostics.map(({ message }) => message);
  expect(owners([a, b])).toEqual(['nodePort 30080/TCP is taken by Service shop/a']);
  expect(owners([b, a])).toEqual(owners([a, b]));
});

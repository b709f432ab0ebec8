import { expect, test } from 'vitest';
import { findings, modelOf, service } from '../../support/findings.ts';

const claiming = (name: string, clusterIP: string, protocol: string) =>
  service(
    { type: 'NodePort', clusterIP, ports: [{ name: 'p', port: 80, protocol, nodePort: 30080 }] },
    { metadata: { name, namespace: 'shop' } },
  );

const a = claiming('a', '172.30.0.11', 'TCP');
const b = claiming('b', '172.30.0.12', 'TCP');
const c = claiming('c', '172.30.0.13', 'UDP');
const refused = ['error NATC2027 spec.ports[0].nodePort spec.ports[0].nodePort'];

test('two Services cannot have the same node port and protocol (V4)', () => {
  expect(findings([a, b])).toEqual(refused);
  expect(findings([a, c])).toEqual([]);
});

test('the first by name has it, in whatever order they are read', () => {
  const owners = (objects: readonly object[]) =>
    modelOf(objects).diagnostics.map(({ message }) => message);
  expect(owners([a, b])).toEqual(['nodePort 30080/TCP is taken by Service shop/a']);
  expect(owners([b, a])).toEqual(owners([a, b]));
});

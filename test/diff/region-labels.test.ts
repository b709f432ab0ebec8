/** What regions are called when the networks that they are made of change. */
import { expect, test } from 'vitest';
import { subjectOf } from '../../src/diff/wording.ts';
import { diffObjects, diffOptions, service, slice } from '../support/diff-sides.ts';

const objects = [service('web', '10.96.0.20'), slice('web', ['10.244.1.1'])];
const labels = (before: string, after: string): readonly string[] => {
  const side = (cidr: string) => ({ ...diffOptions, serviceCIDRs: [cidr] });
  const { changes } = diffObjects(objects, objects, [side(before), side(after)]);
  return changes.filter(({ service: name }) => name === undefined).map(subjectOf);
};

test('of node ports at more of the addresses in a network, only those that have them now are named', () => {
  const web = service('web', '10.96.0.20', {
    type: 'NodePort',
    ports: [{ port: 80, nodePort: 30080 }],
  });
  const node = [web, slice('web', ['10.244.1.1'])];
  const subjects = (before: string, after: string): readonly string[] => {
    const side = (cidr: string) => ({ ...diffOptions, nodePortAddresses: [cidr] });
    return diffObjects(node, node, [side(before), side(after)]).changes.map(subjectOf);
  };
  expect(subjects('192.168.7.2/32', '192.168.7.0/24')).toEqual([
    'node port 30080/TCP on other addresses of this node in 192.168.7.0/24',
  ]);
  expect(subjects('192.168.64.0/24', '192.168.64.0/18')).toEqual([
    'node port 30080/TCP on other addresses of this node in 192.168.64.0/18',
  ]);
  expect(subjects('203.0.113.0/24', '192.168.7.0/24')).toContain(
    'node port 30080/TCP on addresses of this node in 192.168.7.0/24',
  );
});

test('of a Service CIDR that grows or shrinks, only the part that did is named', () => {
  expect(labels('10.96.0.0/16', '10.96.0.0/24')).toEqual([
    'unallocated addresses that left the Service CIDR, such as 10.96.1.0',
  ]);
  expect(labels('10.96.0.0/24', '10.96.0.0/16')).toEqual([
    'unallocated addresses that are new in the Service CIDR, such as 10.96.1.0',
  ]);
});

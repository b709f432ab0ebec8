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

test('of a Service CIDR that grows or shrinks, only the part that did is named', () => {
  expect(labels('10.96.0.0/16', '10.96.0.0/24')).toEqual([
    'unallocated addresses that left the Service CIDR, such as 10.96.1.0',
  ]);
  expect(labels('10.96.0.0/24', '10.96.0.0/16')).toEqual([
    'unallocated addresses that are new in the Service CIDR, such as 10.96.1.0',
  ]);
});

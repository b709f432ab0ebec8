import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

test('only a headless Service or an ExternalName goes without ports (V2)', () => {
  const missing = 'error NATC2002 spec.ports';
  expect(findings([service({ ports: undefined })])).toEqual([missing]);
  expect(findings([service({ ports: [] })])).toEqual([missing]);
  expect(findings([service({ ports: [], clusterIP: 'None' })])).not.toContain(missing);
  expect(
    findings([service({ ports: [], clusterIP: undefined, type: 'ExternalName' })]),
  ).not.toContain(missing);
});

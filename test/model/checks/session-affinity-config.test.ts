import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const sessionAffinityConfig = { clientIP: { timeoutSeconds: 600 } };

test('sessionAffinityConfig has an effect with ClientIP only (V13)', () => {
  const refused = ['warning NATC2041 key:spec.sessionAffinityConfig'];
  expect(findings([service({ sessionAffinityConfig })])).toEqual(refused);
  expect(findings([service({ sessionAffinityConfig, sessionAffinity: 'None' })])).toEqual(refused);
  expect(findings([service({ sessionAffinityConfig, sessionAffinity: 'ClientIP' })])).toEqual([]);
  expect(findings([service({ sessionAffinityConfig: {} })])).toEqual([]);
  const dropped = { clientIP: { timeoutSeconds: 0 } };
  expect(findings([service({ sessionAffinityConfig: dropped })])).toEqual(refused);
});

test.for([
  [0, false],
  [1, true],
  [86400, true],
  [86401, false],
  [1.5, false],
] as const)('a timeout of %s s is accepted: %s (V13)', ([timeoutSeconds, isAccepted]) => {
  const spec = {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds } },
  };
  expect(findings([service(spec)]).length === 0).toBe(isAccepted);
});

import { atKey, isGiven } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V13: `sessionAffinityConfig` goes with ClientIP only. */
export const sessionAffinityConfig: ServiceCheck = ({ service, spec }) => {
  if (service.sessionAffinity !== undefined || !isGiven(spec, 'sessionAffinityConfig')) return;
  spec.report.refuse(atKey(spec, 'sessionAffinityConfig'), {
    code: 'NATC2041',
    message: 'sessionAffinityConfig must not be set when sessionAffinity is None',
    hint: 'set sessionAffinity to ClientIP, or remove sessionAffinityConfig',
  });
};

import { atKey, isGiven } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V13: `sessionAffinityConfig` goes with ClientIP only; the API server drops it otherwise. */
export const sessionAffinityConfig: ServiceCheck = ({ service, spec }) => {
  if (service.sessionAffinity !== undefined || !isGiven(spec, 'sessionAffinityConfig')) return;
  spec.report.warn(atKey(spec, 'sessionAffinityConfig'), {
    code: 'NATC2041',
    message: 'sessionAffinityConfig has no effect when sessionAffinity is None',
    hint: 'set sessionAffinity to ClientIP, or remove sessionAffinityConfig',
  });
};

import { isGiven, refuseMissing } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V2: a Service has ports, unless it is headless or an ExternalName. */
export const portsRequired: ServiceCheck = ({ service, spec }) => {
  if (isGiven(spec, 'ports') || service.type === 'ExternalName') return;
  if (service.clusterIPs[0] !== 'None') refuseMissing(spec, 'ports');
};

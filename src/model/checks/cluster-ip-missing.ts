import { at, isGiven } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** S1, S2: says which Services get no rules because they have no cluster IP to serve. */
export const clusterIPMissing: ServiceCheck = ({ service, root, spec }) => {
  const name = `Service ${service.namespace}/${service.name}`;
  if (service.type === 'ExternalName') {
    root.report.note(at(spec, 'type'), {
      code: 'NATC2034',
      message: `${name} is an ExternalName: only a name in the DNS, nothing is set up for it`,
    });
  } else if (service.clusterIPs.includes('None')) {
    root.report.note(at(spec, 'clusterIP'), {
      code: 'NATC2035',
      message: `${name} is headless: clients connect to its pods directly, nothing is set up for it`,
    });
  } else if (!isGiven(spec, 'clusterIP') && !isGiven(spec, 'clusterIPs')) {
    root.report.warn(at(root, 'metadata', 'name'), {
      code: 'NATC2033',
      message: `${name} has no clusterIP yet: it is treated as not existing, its other addresses and node ports too`,
      hint: 'compile what the API server holds ("kubectl get services -o yaml"), or set spec.clusterIP',
    });
  }
};

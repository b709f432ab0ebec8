import { at } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/**
 * V14: a health-check port goes with type LoadBalancer and external policy Local, and is allocated like the
 * node ports (V6). Its absence there is no mistake in a manifest: the API server allocates it.
 */
export const healthCheckNodePort: ServiceCheck = ({ service, spec }, { serviceNodePortRange }) => {
  const port = service.healthCheckNodePort;
  if (port === 0) return;
  if (service.type !== 'LoadBalancer' || service.externalTrafficPolicy !== 'Local') {
    spec.report.refuse(at(spec, 'healthCheckNodePort'), {
      code: 'NATC2043',
      message: `healthCheckNodePort ${port} may only be set when type is LoadBalancer and externalTrafficPolicy is Local`,
      hint: 'remove it, or set externalTrafficPolicy to Local on a LoadBalancer',
    });
    return;
  }
  const { first, last } = serviceNodePortRange;
  if (first <= last && (port < first || port > last)) {
    spec.report.refuse(at(spec, 'healthCheckNodePort'), {
      code: 'NATC2026',
      message: `healthCheckNodePort ${port} is outside the node port range ${first}-${last}`,
      hint: 'choose a port of the range, or give --service-node-port-range as the API server has it',
    });
  }
  const same = service.ports.find(({ nodePort }) => nodePort === port);
  if (same === undefined) return;
  spec.report.refuse(at(spec, 'healthCheckNodePort'), {
    code: 'NATC2027',
    message: `healthCheckNodePort ${port} is a node port of the same Service`,
    hint: 'choose another port: the API server gives each number once, whatever the protocol',
    also: [{ ...at(spec, 'ports', same.index, 'nodePort'), note: 'first taken here' }],
  });
};

import { at } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/** V4: node ports lie in --service-node-port-range. kube-proxy does not look (F3). */
export const nodePortRange: ServiceCheck = ({ service, spec }, { serviceNodePortRange }) => {
  const { first, last } = serviceNodePortRange;
  // The range itself is wrong, and reported as that.
  if (first > last) return;
  for (const { index, nodePort } of service.ports) {
    if (nodePort === 0 || (nodePort >= first && nodePort <= last)) continue;
    spec.report.refuse(at(spec, 'ports', index, 'nodePort'), {
      code: 'NATC2026',
      message: `nodePort ${nodePort} is outside the node port range ${first}-${last}`,
      hint: 'choose a port of the range, or give --service-node-port-range as the API server has it',
    });
  }
};

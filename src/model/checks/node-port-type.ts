import { atKey } from '../fields.ts';
import type { ServiceCheck } from './check.ts';
import { rawNodePorts } from './node-port-range.ts';

/** V7: no node port on type ClusterIP. kube-proxy serves it all the same (F3). */
export const nodePortType: ServiceCheck = ({ service, spec }) => {
  if (service.type !== 'ClusterIP') return;
  for (const { index, nodePort } of rawNodePorts(spec)) {
    spec.report.refuse(atKey(spec, 'ports', index, 'nodePort'), {
      code: 'NATC2025',
      message: `nodePort ${nodePort} must not be set on a Service of type ClusterIP`,
      hint: 'set spec.type to NodePort, or remove the nodePort',
    });
  }
};

import { isMapping } from '../../diagnostics/mapping.ts';
import { at, type Fields, rawList } from '../fields.ts';
import type { ServiceCheck } from './check.ts';

/**
 * V4: node ports lie in --service-node-port-range. kube-proxy does not look (F3). An ExternalName has node
 * ports that nobody allocates, and may have any.
 */
export const nodePortRange: ServiceCheck = ({ service, spec }, { serviceNodePortRange }) => {
  const { first, last } = serviceNodePortRange;
  // The range itself is wrong, and reported as that.
  if (first > last || service.type === 'ExternalName') return;
  for (const { index, nodePort } of rawNodePorts(spec)) {
    if (nodePort >= first && nodePort <= last) continue;
    spec.report.refuse(at(spec, 'ports', index, 'nodePort'), {
      code: 'NATC2026',
      message: `nodePort ${nodePort} is outside the node port range ${first}-${last}`,
      hint: 'choose a port of the range, or give --service-node-port-range as the API server has it',
    });
  }
};

/** As written, what no port can be included; without those that are unset. */
export const rawNodePorts = (
  spec: Fields,
): readonly { readonly index: number; readonly nodePort: number }[] =>
  rawList(spec, 'ports').flatMap((port, index) => {
    const nodePort = isMapping(port) ? port['nodePort'] : undefined;
    return typeof nodePort === 'number' && nodePort !== 0 ? [{ index, nodePort }] : [];
  });

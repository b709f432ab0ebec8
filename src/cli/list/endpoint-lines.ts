import { formatEndpoint } from '../../explain/open-question.ts';
import type { Plan, ServicePortPlan } from '../../plan/plan.ts';
import { type EndpointLines, rowKey } from './format-summary.ts';

/** Where each ServicePort's connections may be sent, as `10.180.0.10:8080 on node-a`. */
export function endpointLines({ families }: Plan): EndpointLines {
  const lines = new Map<string, readonly string[]>();
  for (const servicePort of families.flatMap((family) => family.servicePorts)) {
    const key = rowKey(servicePort);
    lines.set(key, [...(lines.get(key) ?? []), ...linesOf(servicePort)]);
  }
  return lines;
}

const linesOf = ({ clusterEndpoints, localEndpoints }: ServicePortPlan): readonly string[] => [
  ...new Set(
    [...clusterEndpoints, ...localEndpoints].map(({ address, port, nodeName }) => {
      const where = nodeName === undefined ? '' : ` on ${nodeName}`;
      return `${formatEndpoint(address, port)}${where}`;
    }),
  ),
];

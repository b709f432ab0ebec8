import { formatCidr } from '../net/cidr.ts';
import {
  type Endpoint,
  type FamilyPlan,
  type Frontend,
  type Origin,
  type ServicePortPlan,
  serviceName,
  servicePortName,
} from './plan.ts';
import type { ServicePortName } from './service-port-name.ts';

/** The ServicePort that elements belong to; printed as a comment above them. */
export interface Owner {
  readonly servicePort: ServicePortName;
  /** The heading: `namespace/name:port`. Words for readers, as the lines are. */
  readonly name: string;
  /** The rest of the comment block: type, addresses, endpoints and their probabilities. */
  readonly lines: readonly string[];
  /** Undefined when the ruleset was read back from text. */
  readonly origin?: Origin;
}

const lineWidth = 96;

/**
 * The comment block of a ServicePort: what a reviewer wants to know before reading its elements. All
 * text of the input in it is cleaned again by the renderer.
 */
export function ownerOf(servicePort: ServicePortPlan, family: FamilyPlan): Owner {
  return {
    servicePort: { service: serviceName(servicePort), portName: servicePort.portName },
    name: servicePortName(servicePort),
    // Printed once if at all, and longer than all else of a Service: made when asked for, and not kept.
    get lines() {
      return [
        `${servicePort.type}, ${servicePort.protocol} ${servicePort.port}`,
        ...wrap(frontendList(servicePort.frontends)),
        ...settings(servicePort),
        ...endpointLines(servicePort, family),
      ];
    },
    origin: servicePort.origin,
  };
}

/** What a reader calls a destination. */
export const frontendWords = {
  'cluster-ip': 'cluster IP',
  'external-ip': 'external IP',
  'load-balancer-ip': 'load-balancer IP',
  'node-port': 'node port',
} as const satisfies Record<Frontend['kind'], string>;

function frontendList(frontends: readonly Frontend[]): string {
  return frontends
    .map((frontend) => {
      const what = frontend.kind === 'node-port' ? String(frontend.port) : frontend.address;
      return `${frontendWords[frontend.kind]} ${what}${remark(frontend)}`;
    })
    .join(', ');
}

function remark(frontend: Frontend): string {
  const { verdict } = frontend;
  switch (verdict.kind) {
    case 'reject':
      return ' (refused: no endpoint)';
    case 'drop':
      return ' (dropped: no endpoint on this node)';
    case 'external-local':
      return ' (external traffic policy Local)';
    case 'pick':
      return verdict.from === 'local' ? ' (internal traffic policy Local)' : '';
  }
}

function settings(servicePort: ServicePortPlan): readonly string[] {
  const lines: string[] = [];
  if (servicePort.affinityTimeout !== undefined)
    lines.push(`session affinity ClientIP, ${servicePort.affinityTimeout} s`);
  if (servicePort.sourceRanges !== undefined)
    lines.push(
      ...wrap(`load-balancer source ranges ${servicePort.sourceRanges.map(formatCidr).join(', ')}`),
    );
  return lines;
}

/** Why not all of its endpoints are taken, if so: hints chose (T2), or the ready ones ran out (T3). */
function endpointLines(servicePort: ServicePortPlan, family: FamilyPlan): readonly string[] {
  const lines: string[] = [];
  const { clusterEndpoints, localEndpoints, endpointCounts } = servicePort;
  const { ready, localReady } = endpointCounts;
  if (clusterEndpoints.length > 0) {
    const isHinted = clusterEndpoints.length < ready;
    const what =
      ready === 0 ? 'terminating endpoints' : isHinted ? 'hinted endpoints' : 'endpoints';
    lines.push(...endpointList(what, clusterEndpoints, family));
  }
  if (localEndpoints.length > 0) {
    const what = localReady === 0 ? 'terminating local endpoints' : 'local endpoints';
    lines.push(...endpointList(what, localEndpoints, family));
  }
  return lines;
}

function endpointList(
  what: string,
  endpoints: readonly Endpoint[],
  family: FamilyPlan,
): readonly string[] {
  const share = endpoints.length === 1 ? '1/1' : `1/${endpoints.length} each`;
  const list = endpoints.map((endpoint) => {
    const address = family.family === 'IPv6' ? `[${endpoint.address}]` : endpoint.address;
    const node = endpoint.nodeName === undefined ? '' : ` on ${endpoint.nodeName}`;
    return `  ${address}:${endpoint.port}${node}`;
  });
  // A line each: where one comes or goes, one line does.
  return [`${what}, ${share}:`, ...list];
}

const separator = ', ';

/** The end of the list entry that begins at `start`. */
function endOfPart(text: string, start: number): number {
  const end = text.indexOf(separator, start);
  return end < 0 ? text.length : end;
}

/** Breaks a comma-separated list into lines; later lines are indented by two. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let indent = '';
  let start = 0;
  let end = endOfPart(text, 0);
  while (end < text.length) {
    const next = endOfPart(text, end + separator.length);
    if (indent.length + next - start - separator.length > lineWidth) {
      lines.push(`${indent}${text.slice(start, end)},`);
      indent = '  ';
      start = end + separator.length;
    }
    end = next;
  }
  lines.push(indent + text.slice(start));
  return lines;
}

import type { CompileOutput } from '../compile.ts';
import { serviceKey } from '../plan/endpoint-sources.ts';

/** What the last input that was applied served: the measure of the next one. */
export interface Served {
  /** The Node object of this node that it had; undefined when it had none. */
  readonly node: string | undefined;
  /** By `namespace/name`: the Services that had endpoints to go to. */
  readonly services: ReadonlyMap<string, ServedService>;
}

export interface ServedService {
  /** The nodes of its endpoints; undefined where there is more than one, or one is not known. */
  readonly onlyNode: string | undefined;
}

/** The Services of a compilation that have usable endpoints on any node, and its Node. */
export function servedServices({ cluster, settings, plan }: CompileOutput): Served {
  const services = new Map<string, ServedService>();
  for (const { servicePorts } of plan.families) {
    for (const servicePort of servicePorts) {
      const { clusterEndpoints, localEndpoints, endpointCounts } = servicePort;
      const key = serviceKey(servicePort.namespace, servicePort.service);
      let seen = services.get(key);
      for (const { nodeName } of [...clusterEndpoints, ...localEndpoints]) {
        if (seen === undefined) seen = { onlyNode: nodeName };
        else if (seen.onlyNode !== nodeName) seen = { onlyNode: undefined };
      }
      // With internal traffic policy Local they may all be on other nodes.
      if (seen === undefined && endpointCounts.ready > 0) seen = { onlyNode: undefined };
      if (seen !== undefined) services.set(key, seen);
    }
  }
  const node = cluster.nodes.find(({ name }) => name === settings.nodeName)?.name;
  return { node, services };
}

import { type HttpAnswer, jsonHeaders } from './answer.ts';

/** What a load balancer is told of a Service. */
export interface HealthCheckFacts {
  readonly namespace: string;
  readonly service: string;
  /** Ready ones on this node. */
  readonly localEndpoints: number;
}

/**
 * What a load balancer gets, whatever path it asks for: 200 while there are ready endpoints on this node and
 * the proxy is healthy, else 503, with kube-proxy's headers and body to the byte (H2).
 */
export function healthCheckAnswer(
  { namespace, service, localEndpoints }: HealthCheckFacts,
  isProxyHealthy: boolean,
): HttpAnswer {
  const body = {
    service: { namespace, name: service },
    localEndpoints,
    serviceProxyHealthy: isProxyHealthy,
  };
  return {
    status: localEndpoints > 0 && isProxyHealthy ? 200 : 503,
    headers: { ...jsonHeaders, 'X-Load-Balancing-Endpoint-Weight': `${localEndpoints}` },
    body: JSON.stringify(body, undefined, '\t'),
  };
}

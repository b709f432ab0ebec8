import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type BindAddress, formatBindAddress } from '../../serve/bind-address.ts';
import type { HealthCheckSocket } from '../../serve/health-checks.ts';
import type { ListenFailure } from './http-server.ts';

/** Why the server of an option does not answer (NATC5150). @param option such as `--healthz-bind-address` */
export function notListening(option: string, { code, message, ...at }: ListenFailure): Diagnostic {
  const value = formatBindAddress(at);
  return {
    code: 'NATC5150',
    severity: 'warning',
    message: `natc cannot listen on ${value}: ${message}`,
    places: [{ kind: 'option', option, value }],
    hint:
      code === 'EADDRINUSE'
        ? 'another program has this port, a kube-proxy perhaps: see with ss -ltnp. natc follows the cluster all the same, and tries again'
        : 'natc follows the cluster all the same, and tries again',
  };
}

/** Why a load balancer gets no answer (NATC5151). */
export function notServed(
  { address, check }: HealthCheckSocket,
  { message }: ListenFailure,
): Diagnostic {
  const { namespace, service, port, origin } = check;
  const at = formatBindAddress({ address, port });
  return {
    code: 'NATC5151',
    severity: 'warning',
    message: `the health check of Service ${namespace}/${service} is not served on ${at}: ${message}`,
    places: [{ kind: 'field', ...origin }],
    hint: 'its load balancer sends this node nothing; see with ss -ltnp what listens there. natc tries again at the next sync',
  };
}

/** Whether two addresses to listen on are the same. */
export const isAt = (a: BindAddress, b: BindAddress | undefined): boolean =>
  a.address === b?.address && a.port === b.port;

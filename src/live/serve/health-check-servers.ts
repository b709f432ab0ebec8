import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type HealthCheckSocket, healthCheckAnswer } from '../../serve/health-checks.ts';
import type { ConnectionLimit } from './connections.ts';
import { type ListeningServer, listen } from './http-server.ts';

export interface HealthCheckServers {
  /**
   * Makes the servers those that are wanted: one that stays is not interrupted, whichever Service it speaks for
   * from now on; one whose address is taken is tried again the next time. Calls must not overlap.
   *
   * @returns what cannot be served and was not told by the call before
   */
  readonly update: (wanted: readonly HealthCheckSocket[]) => Promise<readonly Diagnostic[]>;
  readonly counts: () => { readonly listening: number; readonly failed: number };
  /** Ends all. */
  readonly close: () => Promise<void>;
}

interface OpenServer {
  readonly server: ListeningServer;
  /** What it speaks for now. */
  socket: HealthCheckSocket;
}

/** @param isProxyHealthy asked at each request */
export function healthCheckServers(
  isProxyHealthy: () => boolean,
  connections: ConnectionLimit,
): HealthCheckServers {
  const open = new Map<string, OpenServer>();
  let failed: ReadonlyMap<string, string> = new Map();

  async function start(key: string, socket: HealthCheckSocket): Promise<string | undefined> {
    const { address, check } = socket;
    const answer = () => {
      const speaksFor = open.get(key)?.socket.check ?? check;
      return healthCheckAnswer(speaksFor, isProxyHealthy());
    };
    const server = await listen({ address, port: check.port, ipv6Only: true }, answer, connections);
    if (server.kind === 'failed') return server.message;
    open.set(key, { server, socket });
    return undefined;
  }

  async function update(wanted: readonly HealthCheckSocket[]): Promise<readonly Diagnostic[]> {
    const byKey = new Map(wanted.map((socket) => [keyOf(socket), socket]));
    const ended = [...open].filter(([key]) => !byKey.has(key));
    for (const [key] of ended) open.delete(key);
    // Before others are opened: a port may move between all addresses and one.
    await Promise.all(ended.map(([, { server }]) => server.close()));
    const failures = new Map<string, string>();
    await Promise.all(
      [...byKey].map(async ([key, socket]) => {
        const running = open.get(key);
        if (running !== undefined) {
          running.socket = socket;
          return;
        }
        const failure = await start(key, socket);
        if (failure !== undefined) failures.set(key, failure);
      }),
    );
    const told = failed;
    failed = failures;
    return [...byKey].flatMap(([key, socket]) => {
      const message = failures.get(key);
      return message === undefined || told.get(key) === message ? [] : [notServed(socket, message)];
    });
  }

  return {
    update,
    counts: () => ({ listening: open.size, failed: failed.size }),
    close: async () => {
      await update([]);
    },
  };
}

const keyOf = ({ address, check }: HealthCheckSocket): string => `${address} ${check.port}`;

function notServed({ family, address, check }: HealthCheckSocket, message: string): Diagnostic {
  const { namespace, service, port, origin } = check;
  const at = family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  return {
    code: 'NATC5151',
    severity: 'warning',
    message: `the health check of Service ${namespace}/${service} is not served on ${at}: ${message}`,
    places: [{ kind: 'field', ...origin }],
    hint: 'its load balancer sends this node nothing; see with ss -ltnp what listens there. natc tries again at the next sync',
  };
}

import { type HealthCheckFacts, healthCheckAnswer } from '../../serve/health-check-answer.ts';
import type { ConnectionLimit } from './connections.ts';
import { type ListenFailure, type ListeningServer, listen } from './http-server.ts';

/** Where to listen, and what of a Service is told there. */
export interface AnsweringSocket extends HealthCheckFacts {
  readonly address: string;
  readonly port: number;
}

export interface HealthCheckServers {
  /**
   * Makes the servers those that are wanted: one that stays is not interrupted, whichever Service it speaks for
   * from now on; one whose address is taken is tried again the next time. Calls must not overlap.
   *
   * @returns what cannot be listened on
   */
  readonly update: (wanted: readonly AnsweringSocket[]) => Promise<readonly ListenFailure[]>;
  /** Ends all. */
  readonly close: () => Promise<void>;
}

interface OpenServer {
  readonly server: ListeningServer;
  /** What it speaks for now. */
  facts: HealthCheckFacts;
}

/** @param isProxyHealthy asked at each request */
export function healthCheckServers(
  isProxyHealthy: () => boolean,
  connections: ConnectionLimit,
): HealthCheckServers {
  const open = new Map<string, OpenServer>();

  async function start(key: string, socket: AnsweringSocket): Promise<ListenFailure | undefined> {
    const { address, port } = socket;
    const answer = () => healthCheckAnswer(open.get(key)?.facts ?? socket, isProxyHealthy());
    const server = await listen({ address, port, ipv6Only: true }, answer, connections);
    if (server.kind === 'failed') return server;
    open.set(key, { server, facts: socket });
    return undefined;
  }

  async function update(wanted: readonly AnsweringSocket[]): Promise<readonly ListenFailure[]> {
    const byKey = new Map(wanted.map((socket) => [`${socket.address} ${socket.port}`, socket]));
    const ended = [...open].filter(([key]) => !byKey.has(key));
    for (const [key] of ended) open.delete(key);
    // Before others are opened: a port may move between all addresses and one.
    await Promise.all(ended.map(([, { server }]) => server.close()));
    const started = [...byKey].map(async ([key, socket]) => {
      const running = open.get(key);
      if (running === undefined) return start(key, socket);
      running.facts = socket;
      return undefined;
    });
    return (await Promise.all(started)).filter((failure) => failure !== undefined);
  }

  return {
    update,
    close: async () => {
      await update([]);
    },
  };
}

import type { BindAddress } from '../../serve/bind-address.ts';
import {
  isHealthy,
  type ProxyHealth,
  proxyHealthAnswer,
  unknownHealth,
} from '../../serve/proxy-health.ts';
import { connectionLimit } from './connections.ts';
import { fixedServer } from './fixed-server.ts';
import { type AnsweringSocket, healthCheckServers } from './health-check-servers.ts';
import type { ListenFailure } from './http-server.ts';
import { monotonicNow } from './monotonic.ts';

export interface AnswererSettings {
  /** Where `/healthz` and `/livez` are answered; undefined: nowhere. */
  readonly healthz: BindAddress | undefined;
  /** Milliseconds, see {@link isHealthy}. */
  readonly limit: number;
}

/** Called after each answer to `/healthz` or `/livez`. */
export type Answered = (path: string, status: number) => void;

/** Answers those who ask for health, from what it was told last. */
export interface Answerer {
  /** To be called now and then though nothing changes: whoever falls silent is not healthy. */
  readonly tell: (health: ProxyHealth) => void;
  /**
   * Makes the health-check sockets those that are wanted, and tries again what could not be listened on. Calls
   * must not overlap.
   *
   * @returns what cannot be listened on
   */
  readonly open: (wanted: readonly AnsweringSocket[]) => Promise<readonly ListenFailure[]>;
  readonly close: () => Promise<void>;
}

export type StartAnswerer = (settings: AnswererSettings, answered: Answered) => Answerer;

/** Answers in the thread that calls this. */
export const localAnswerer: StartAnswerer = ({ healthz, limit }, answered) => {
  let health = unknownHealth;
  let heardAt = monotonicNow();
  const connections = connectionLimit();
  /** Silence counts as a change that waits since then. */
  const now = (): ProxyHealth => ({ ...health, oldestPending: health.oldestPending ?? heardAt });
  const servers = healthCheckServers(() => isHealthy(now(), monotonicNow(), limit), connections);
  const format = (at: number): string => new Date(at).toISOString();
  const answer = (path: string) => {
    const given = proxyHealthAnswer(path, now(), {
      now: Date.now(),
      steadyNow: monotonicNow(),
      limit,
      format,
    });
    answered(path, given.status);
    return given;
  };
  const fixed = healthz && fixedServer(healthz, answer, connections);
  return {
    tell: (next) => {
      health = next;
      heardAt = monotonicNow();
    },
    open: async (wanted) => {
      const failure = await fixed?.attempt();
      const failures = await servers.update(wanted);
      return failure === undefined ? failures : [failure, ...failures];
    },
    close: async () => {
      await Promise.all([servers.close(), fixed?.close()]);
    },
  };
};

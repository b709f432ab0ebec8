import type { ProxyHealth } from '../../serve/proxy-health.ts';
import type { AnsweringSocket } from './health-check-servers.ts';
import type { ListenFailure } from './http-server.ts';

/** What the thread that answers is told. */
export type ToWorker =
  | { readonly kind: 'tell'; readonly health: ProxyHealth }
  | { readonly kind: 'open'; readonly wanted: readonly AnsweringSocket[] }
  | { readonly kind: 'close' };

/** What it says. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly failures: readonly ListenFailure[] }
  | { readonly kind: 'answered'; readonly path: string; readonly status: number }
  | { readonly kind: 'closed' };

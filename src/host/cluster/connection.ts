import type { Buffer } from 'node:buffer';
import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** How to reach an API server, and as whom: what a kubeconfig or a service account comes to. */
export interface Connection {
  /** `https://HOST:PORT`, with a path before `/api` where there is one, without a slash at its end. */
  readonly server: string;
  /** Holds connections open between requests; it knows the certificates. */
  readonly agent: Agent;
  /** `Authorization` and the like. */
  readonly headers: OutgoingHttpHeaders;
  /** `USER:PASSWORD` of basic authentication; undefined without. */
  readonly auth: string | undefined;
}

/** Where to look for the cluster; each undefined where the user did not say. */
export interface ClusterSettings {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** The time limit of one request, and of a credential plugin, in seconds. */
  readonly requestTimeout: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Connections to one API server, made anew where what they were made of is not accepted any more. */
export interface Connections {
  /** The one in use. */
  readonly current: () => Promise<Connection | Diagnostic>;
  /** Reads kubeconfig, certificates and tokens again the next time, unless somebody did since. */
  readonly renew: (refused: Connection) => void;
  readonly close: () => void;
}

/** What the API server said to one request, or why it said nothing whole. */
export type ServerAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** The words after the status, e.g. `Service Unavailable`; may be empty. */
      readonly reason: string;
      readonly retryAfter: string | undefined;
      readonly body: Buffer;
    }
  /** The connection ended before the whole answer was there. */
  | { readonly kind: 'closed'; readonly reason: string }
  /** No connection came about. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'untrusted'; readonly reason: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'too-large' };

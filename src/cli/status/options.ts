import type { BackendFlags, HostFlags } from '../host-options.ts';
import type { MessageFlags } from '../messages/message-flags.ts';

export interface StatusFlags extends HostFlags, BackendFlags, MessageFlags {
  /** Seconds. */
  readonly maxAge?: number;
  readonly output: 'text' | 'json';
}

import type { BackendFlags, HostFlags } from '../host-options.ts';
import type { MessageFlags } from '../message-flags.ts';

export interface StatusFlags extends HostFlags, BackendFlags, MessageFlags {
  /** Seconds. */
  readonly maxAge?: number;
  readonly output: 'text' | 'json';
}

import type { BackendFlags } from '../host-options.ts';
import type { CompileFlags } from '../shared-options.ts';

export interface CheckFlags extends CompileFlags, BackendFlags {
  readonly failOn: 'error' | 'warning';
  readonly kernel: boolean;
  readonly sysctl: boolean;
}

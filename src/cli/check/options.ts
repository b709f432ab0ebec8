import type { CommandOptions } from '../../command-options.ts';
import type { BackendFlags } from '../host-options.ts';
import type { CompileFlags } from '../shared-options.ts';

export interface CheckFlags
  extends CompileFlags,
    BackendFlags,
    Pick<CommandOptions, 'failOn' | 'kernel' | 'sysctl'> {}

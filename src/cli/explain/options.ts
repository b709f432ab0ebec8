import type { BackendName } from '../../options.ts';
import type { SelectionFlags } from '../selection/options.ts';
import type { CompileFlags } from '../shared-options.ts';

export interface ExplainFlags extends CompileFlags, SelectionFlags {
  readonly inInterface?: string;
  readonly service?: string;
  readonly ruleset?: string;
  readonly live?: boolean;
  readonly backend: BackendName;
  readonly output: 'text' | 'json';
  readonly trace?: boolean;
}

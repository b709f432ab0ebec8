import type { CommandOptions } from '../../command-options.ts';
import type { NodesFlags } from '../input/nodes-option.ts';
import type { SubjectFlags } from '../reach/options.ts';

export const assertFormats = ['text', 'json', 'github', 'sarif', 'junit'] as const;

export interface AssertFlags
  extends SubjectFlags,
    NodesFlags,
    Partial<Pick<CommandOptions, 'rules' | 'before'>> {
  readonly output: (typeof assertFormats)[number];
  readonly outFile?: string;
}

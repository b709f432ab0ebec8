import type { BuiltInJump, TableName } from '../ast.ts';
import { chains } from '../names.ts';

/** How packets get from the built-in chains into natc's: the same in both families, whatever the input. */
export const builtInJumps: Readonly<Record<TableName, readonly BuiltInJump[]>> = {
  mangle: [
    { from: 'PREROUTING', to: chains.prerouting },
    { from: 'OUTPUT', to: chains.output },
  ],
  filter: [
    { from: 'INPUT', to: chains.input },
    { from: 'FORWARD', to: chains.forward },
    { from: 'OUTPUT', to: chains.output },
  ],
  nat: [
    { from: 'PREROUTING', to: chains.services },
    { from: 'OUTPUT', to: chains.services },
    { from: 'POSTROUTING', to: chains.postrouting },
  ],
};

import type { CompileOutput } from '../compile.ts';
import type { Subject } from '../explain/context.ts';
import { offlineSubject } from '../explain/offline-subject.ts';
import type { Ruleset } from '../nftables/ast.ts';
import { nodeFacts } from '../plan/node-facts.ts';

/** What can be compared and asked about: what {@link CompileOutput} gave, or a ruleset that was read from text. */
export type Compiled = CompileOutput | Ruleset;

export const isOutput = (compiled: Compiled): compiled is CompileOutput => 'ruleset' in compiled;

export const rulesetOf = (compiled: Compiled): Ruleset =>
  isOutput(compiled) ? compiled.ruleset : compiled;

export const planOf = (compiled: Compiled) => (isOutput(compiled) ? compiled.plan : undefined);

/** The node's addresses, as far as the options and the Node object tell. */
export const nodeAddressesOf = (compiled: Compiled): readonly string[] =>
  isOutput(compiled) ? [...nodeFacts(compiled.cluster, compiled.settings).addresses] : [];

export const explainedSubject = (compiled: Compiled, nodeAddresses: readonly string[]): Subject =>
  offlineSubject(
    rulesetOf(compiled),
    [...nodeAddressesOf(compiled), ...nodeAddresses],
    isOutput(compiled) ? compiled : undefined,
  );

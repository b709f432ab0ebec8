import type { BuiltInChain, IptablesRule, TableName } from '../iptables/ast.ts';
import { renderIptablesRule } from '../iptables/render/iptables-rule.ts';
import type { IptablesStep, IptablesTrace } from '../iptables/simulate/walk.ts';
import type { HookEntry, PathEntry } from './path.ts';

/** The way through the rules that matched, from the first to the last. */
export function iptablesPath(trace: IptablesTrace): readonly PathEntry[] {
  const entries: PathEntry[] = [];
  for (let at = trace; at !== undefined; at = at.before) entries.push(entryOf(at.step));
  return entries.reverse();
}

function entryOf(step: IptablesStep): PathEntry {
  switch (step.kind) {
    case 'hook':
      return {
        kind: 'hook',
        hook: hooks[step.hook],
        type: step.table === 'nat' ? 'nat' : 'filter',
        priority: priorityOf(step.table, step.hook),
        chain: step.chain,
      };
    case 'route':
      return step;
    case 'rule':
      return {
        kind: 'rule',
        chain: step.chain,
        rule: step.rule.listed?.text ?? renderIptablesRule(step.rule),
        lookups: [],
        stoppedAt: undefined,
        isDecisive: isDecisive(step.rule),
      };
  }
}

const hooks: Record<BuiltInChain, HookEntry['hook']> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
};

/** Those that the kernel gives the tables (netfilter_ipv4.h). */
function priorityOf(table: TableName, hook: BuiltInChain): number {
  switch (table) {
    case 'mangle':
      return -150;
    case 'filter':
      return 0;
    case 'nat':
      return hook === 'PREROUTING' || hook === 'OUTPUT' ? -100 : 100;
  }
}

/** That a connection is new, or its packet not marked, says nothing about this packet. */
const isDecisive = ({ matches, target }: IptablesRule): boolean =>
  !(
    ['jump', 'return'].includes(target.kind) &&
    matches.every(({ kind }) => ['ctstate-new', 'ctstate', 'not-marked'].includes(kind))
  );

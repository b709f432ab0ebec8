import type { NftFamily } from '../net/family.ts';
import { type Rule, servicePortOf } from '../nftables/ast.ts';
import { renderElement, renderRule } from '../nftables/render/nft.ts';
import { renderStatement } from '../nftables/render/nft-expression.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { Lookup, StatementStep, Step, StepEffect } from '../nftables/simulate/trace.ts';
import type { Route } from '../packet/route.ts';
import { servicePortText } from '../plan/service-port-name.ts';

/** One line of the way through the ruleset. */
export type PathEntry = HookEntry | RouteEntry | RuleEntry;

export interface HookEntry {
  readonly kind: 'hook';
  readonly hook: string;
  readonly type: 'filter' | 'nat';
  readonly priority: number;
  readonly chain: string;
}

export interface RouteEntry {
  readonly kind: 'route';
  readonly to: Route;
  readonly destination: string;
}

/** A rule that was considered. */
export interface RuleEntry {
  readonly kind: 'rule';
  readonly chain: string;
  /** As nft prints it, or a listing that natc did not write. */
  readonly rule: string;
  readonly lookups: readonly LookupEntry[];
  /** The statement that did not match; undefined when all did. */
  readonly stoppedAt: string | undefined;
  /** It decided something: a verdict, a new destination, a mark; not just a jump. */
  readonly isDecisive: boolean;
}

export interface LookupEntry {
  readonly collection: string;
  readonly key: string;
  /** As nft prints it; undefined when nothing was found. */
  readonly element: string | undefined;
  readonly servicePort: string | undefined;
  /** The element has its name in a comment. */
  readonly isNamed: boolean;
}

/** The steps of one branch as lines, in order. */
export function stepLines(steps: readonly Step[], family: NftFamily): readonly PathEntry[] {
  const entries: PathEntry[] = [];
  let current: RuleEntry | undefined;
  let previous: Step | undefined;
  for (const step of steps) {
    if (step.kind === 'statement') {
      const isSameRule = previous?.kind === 'statement' && previous.rule === step.rule;
      if (current !== undefined && isSameRule) entries.pop();
      current = withStatement(isSameRule ? current : undefined, step, family);
      entries.push(current);
    } else if (step.kind === 'route') {
      entries.push({ kind: 'route', to: step.to, destination: step.destination });
    } else {
      const { hook, type, priority } = step.hook;
      entries.push({ kind: 'hook', hook, type, priority, chain: step.chain.name });
    }
    previous = step;
  }
  return entries;
}

function withStatement(
  entry: RuleEntry | undefined,
  { chain, rule, statement, effect }: StatementStep,
  family: NftFamily,
): RuleEntry {
  const lookup = lookupOf(effect);
  return {
    kind: 'rule',
    chain: chain.name,
    rule: rule.listed?.text ?? renderRule(rule, family),
    lookups: [...(entry?.lookups ?? []), ...(lookup === undefined ? [] : [lookupEntry(lookup)])],
    stoppedAt: isStop(effect) ? renderStatement(statement, family) : undefined,
    isDecisive: (entry?.isDecisive ?? false) || (isDecision(effect) && !isPlainJump(rule)),
  };
}

/** `ct state new jump source-ranges` says nothing about this packet. */
const isPlainJump = ({ statements }: Rule): boolean =>
  statements.at(-1)?.kind === 'jump' &&
  statements.slice(0, -1).every(({ kind }) => kind === 'ct-state-new');

const isStop = (effect: StepEffect): boolean =>
  effect.kind === 'miss' || (effect.kind === 'match' && !effect.matched);

const isDecision = (effect: StepEffect): boolean =>
  effect.kind !== 'miss' && effect.kind !== 'match';

/** Not for what the rule itself already shows. */
function lookupOf(effect: StepEffect): Lookup | undefined {
  const lookup = 'lookup' in effect ? effect.lookup : undefined;
  return lookup?.collection.isAnonymous === true ? undefined : lookup;
}

function serviceNamed(element: AnyElement | undefined): string | undefined {
  const servicePort = element && servicePortOf(element);
  return servicePort && servicePortText(servicePort);
}

const lookupEntry = ({ collection, key, element }: Lookup): LookupEntry => ({
  collection: collection.name,
  key: key.join(' . '),
  element: element && renderElement(element),
  servicePort: serviceNamed(element),
  isNamed: element?.comment !== undefined,
});

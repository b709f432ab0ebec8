import type { Branch, Outcome } from '../../packet/outcome.ts';
import type { Route } from '../../packet/route.ts';
import type { Chain, Collection, Hook, Key, Rule, Statement } from '../ast.ts';
import type { AnyElement } from './prepare.ts';

/** One thing that happened to the packet, in order. */
export type Step =
  /** A base chain was entered. */
  | { readonly kind: 'hook'; readonly hook: Hook; readonly chain: Chain }
  /** The kernel decided where the packet goes on. */
  | { readonly kind: 'route'; readonly to: Route; readonly destination: string }
  /** A statement of a rule was evaluated. */
  | {
      readonly kind: 'statement';
      readonly chain: Chain;
      readonly rule: Rule;
      readonly statement: Statement;
      readonly effect: StepEffect;
    };

export type StatementStep = Extract<Step, { kind: 'statement' }>;

export type StepEffect =
  /** A match; when it failed, the rule ended there. */
  | { readonly kind: 'match'; readonly matched: boolean; readonly lookup?: Lookup }
  /** A look-up without an element: no effect. */
  | { readonly kind: 'miss'; readonly lookup: Lookup }
  /** The verdict of a rule, or of the element that a verdict map held. */
  | { readonly kind: 'verdict'; readonly lookup?: Lookup }
  | {
      readonly kind: 'dnat';
      readonly lookup: Lookup;
      readonly address: string;
      readonly port: number;
      /** Of this element, given that the statement was reached. */
      readonly probability: number;
    }
  | { readonly kind: 'mark'; readonly before: number; readonly after: number }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'reject' }
  /** A rule would write this pair, or key, into (or delete it from) a dynamic map or set. */
  | {
      readonly kind: 'map-update';
      readonly map: string;
      readonly key: string;
      readonly value: string | undefined;
    };

export interface Lookup {
  readonly collection: Collection;
  readonly key: Key;
  readonly element: AnyElement | undefined;
}

/** Steps as a list from the newest to the oldest, so that branches share what they have in common. */
export type Trace = { readonly step: Step; readonly before: Trace } | undefined;

/** What becomes of a packet, with its way through nftables rules. */
export type NftOutcome = Outcome<Trace>;
export type NftBranch = Branch<Trace>;

/** The steps from the first to the last. */
export function traceSteps(trace: Trace): readonly Step[] {
  const steps: Step[] = [];
  for (let at = trace; at !== undefined; at = at.before) steps.push(at.step);
  return steps.reverse();
}

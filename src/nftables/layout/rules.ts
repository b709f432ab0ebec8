/** Small constructors, so that rules read like rules. */

import { formatNetwork } from '../../net/cidr.ts';
import type { LocalDetector } from '../../plan/plan.ts';
import type { ElementVerdict, Match, Rule, Selector, Statement } from '../ast.ts';

export const rule = (...statements: readonly Statement[]): Rule => ({ statements });

export const because = (reason: string, ...statements: readonly Statement[]): Rule => ({
  reason,
  statements,
});

export const goto = (chain: string): Statement & ElementVerdict => ({ kind: 'goto', chain });

export const jump = (chain: string): Statement => ({ kind: 'jump', chain });

export const drop: Statement & ElementVerdict = { kind: 'drop' };

export const inSet = (key: readonly Selector[], set: string): Match => ({
  kind: 'in-set',
  key,
  negated: false,
  set,
});

export const notInSet = (key: readonly Selector[], set: string): Match => ({
  kind: 'in-set',
  key,
  negated: true,
  set,
});

export const vmap = (key: readonly Selector[], map: string): Statement => ({
  kind: 'vmap',
  key,
  map,
});

export const fibLocal = (selector: 'saddr' | 'daddr'): Match => ({ kind: 'fib-local', selector });

/** Matches a packet of a local pod, or with `negated` any other (M10 to M12). */
export function fromLocalPod(detector: LocalDetector, negated: boolean): Match {
  switch (detector.kind) {
    case 'source-cidr':
      return { kind: 'address', selector: 'saddr', negated, network: formatNetwork(detector.cidr) };
    case 'interface':
      return { kind: 'iifname', negated, name: detector.name };
    case 'interface-prefix':
      return { kind: 'iifname', negated, name: `${detector.prefix}*` };
  }
}

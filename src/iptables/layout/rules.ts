/** Small constructors, so that rules read like rules. */

import { formatCidr } from '../../net/cidr.ts';
import type { L4Proto } from '../../net/family.ts';
import type { LocalDetector } from '../../plan/plan.ts';
import type { IptablesMatch, IptablesRule, IptablesTarget } from '../ast.ts';

/** What a rule carries besides what it does. */
export type Remarks = Pick<IptablesRule, 'comment' | 'origin'>;

export const rule = (
  matches: readonly IptablesMatch[],
  target: IptablesTarget,
  remarks: Remarks = {},
): IptablesRule => ({ matches, target, ...remarks });

export const jump = (chain: string): IptablesTarget => ({ kind: 'jump', chain });
export const goto = (chain: string): IptablesTarget => ({ kind: 'goto', chain });
export const returns: IptablesTarget = { kind: 'return' };
export const drop: IptablesTarget = { kind: 'drop' };
export const reject: IptablesTarget = { kind: 'reject' };

export const isNew: IptablesMatch = { kind: 'ctstate-new' };

export const from = (network: string): IptablesMatch => ({
  kind: 'address',
  selector: 'source',
  negated: false,
  network,
});

export const to = (network: string): IptablesMatch => ({
  kind: 'address',
  selector: 'destination',
  negated: false,
  network,
});

export const dport = (protocol: L4Proto, port: number): IptablesMatch => ({
  kind: 'dport',
  protocol,
  port,
});

export const matchLocal = (selector: 'source' | 'destination'): IptablesMatch => ({
  kind: 'addrtype-local',
  selector,
});

/** A packet of a local pod, or with `negated` any other (M10 to M12). */
export function fromLocalPod(detector: LocalDetector, negated: boolean): IptablesMatch {
  switch (detector.kind) {
    case 'source-cidr':
      return {
        kind: 'address',
        selector: 'source',
        negated,
        network: formatCidr(detector.cidr),
      };
    case 'interface':
      return { kind: 'in-interface', negated, name: detector.name, isPrefix: false };
    case 'interface-prefix':
      return { kind: 'in-interface', negated, name: detector.prefix, isPrefix: true };
  }
}

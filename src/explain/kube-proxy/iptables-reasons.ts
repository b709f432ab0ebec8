import type { IptablesRule } from '../../iptables/ast.ts';
import type { IptablesStep, IptablesTrace } from '../../iptables/simulate/walk.ts';
import { dispatchingChains } from '../../kube-proxy/iptables/serves.ts';
import { iptablesChainPurpose } from '../../kube-proxy/names.ts';
import type { Packet } from '../../packet/packet.ts';
import type { ExplainContext } from '../context.ts';
import { frontendReason, martianReason } from '../course-reason.ts';
import type { Reason } from '../explanation.ts';
import type { RulesetFrontend } from '../frontends.ts';
import { formatEndpoint } from '../open-question.ts';
import type { BranchReasons } from '../reasons.ts';
import {
  frontendAt,
  localPolicyReasons,
  masqueradeReasons,
  noEndpointReason,
  pickedReason,
  pinnedReason,
  sourceRangeReason,
} from './sentences.ts';

type RuleStep = Extract<IptablesStep, { kind: 'rule' }>;

/** Reads a packet's way through the rules of the iptables mode: every rule that decided something gives a sentence. */
export function iptablesReasons(
  trace: IptablesTrace,
  packet: Packet,
  context: ExplainContext,
): BranchReasons {
  const course: Reason[] = [];
  let masquerade: Reason | undefined;
  let frontend: RulesetFrontend | undefined;
  let before: RuleStep | undefined;
  let isPinned = false;
  /** Marked to be dropped, since no endpoint is on this node: before 1.24. */
  let isLackOfEndpoints = false;
  for (const step of stepsOf(trace)) {
    if (step.kind === 'route' && step.to === 'martian')
      course.push(martianReason(step.destination));
    if (step.kind !== 'rule') continue;
    const { chain, rule } = step;
    const { target, matches } = rule;
    const found = destinationOf(step, packet, context);
    if (found !== undefined && frontend === undefined) {
      frontend = found;
      course.push(frontendReason(found));
    }
    if (target.kind === 'mark' && chain === 'KUBE-MARK-DROP')
      isLackOfEndpoints = iptablesChainPurpose(before?.chain ?? '') === 'old-external';
    const reason =
      isLackOfEndpoints && target.kind === 'drop' && frontend !== undefined
        ? noEndpointReason(frontend, true, context)
        : courseOf(step, packet, frontend, context);
    if (reason !== undefined) course.push(reason);
    if (matches.some(({ kind }) => kind === 'recent-rcheck')) isPinned = true;
    if (target.kind === 'dnat' && matches.some(({ kind }) => kind === 'recent-set')) {
      const timeout = timeoutIn(chain, context);
      if (isPinned) course.push(pinnedReason(formatEndpoint(target.address, target.port)));
      else if (timeout !== undefined) course.push(pickedReason(timeout));
    }
    // KUBE-MARK-MASQ says what is done, the rule that leads there says why.
    if (target.kind === 'mark' && target.operation === 'or' && chain === 'KUBE-MARK-MASQ')
      masquerade = markReason(before);
    before = step;
  }
  return { course, masquerade, frontend };
}

function stepsOf(trace: IptablesTrace): readonly IptablesStep[] {
  const steps: IptablesStep[] = [];
  for (let at = trace; at !== undefined; at = at.before) steps.push(at.step);
  return steps.reverse();
}

/** A rule for one destination that leads on, or stops the packet. */
function destinationOf(
  { chain, rule }: RuleStep,
  packet: Packet,
  context: ExplainContext,
): RulesetFrontend | undefined {
  const { target, matches } = rule;
  if (!dispatchingChains.has(chain) || target.kind === 'accept') return undefined;
  if (!matches.some(({ kind }) => kind === 'dport')) return undefined;
  const hasAddress = matches.some(
    (match) => match.kind === 'address' && match.selector === 'destination',
  );
  return frontendAt(packet, !hasAddress || chain === 'KUBE-NODEPORTS', context);
}

function courseOf(
  { chain, rule }: RuleStep,
  packet: Packet,
  frontend: RulesetFrontend | undefined,
  context: ExplainContext,
): Reason | undefined {
  const { target } = rule;
  if (target.kind === 'drop' || target.kind === 'reject') {
    if (chain === 'KUBE-PROXY-FIREWALL') return sourceRangeReason(packet, frontend);
    if (chain === 'KUBE-FIREWALL') return firewallReason(rule, packet, frontend);
    return frontend && noEndpointReason(frontend, target.kind === 'drop', context);
  }
  if (target.kind !== 'jump' && target.kind !== 'goto') return undefined;
  const purpose = iptablesChainPurpose(chain);
  const isExternal = purpose === 'external' || purpose === 'old-external';
  if (!isExternal || target.chain === 'KUBE-MARK-MASQ') return undefined;
  return externalReason(rule, target.chain);
}

/** The kubelet's chain: the loopback, and what older versions mark to be dropped. */
function firewallReason(
  { matches }: IptablesRule,
  packet: Packet,
  frontend: RulesetFrontend | undefined,
): Reason {
  return matches.some(({ kind }) => kind === 'mark')
    ? sourceRangeReason(packet, frontend)
    : { text: 'the loopback may not be reached from outside this node' };
}

/** Who may be sent where under the policy Local. */
function externalReason({ matches }: IptablesRule, chain: string): Reason | undefined {
  if (matches.some(({ kind }) => kind === 'addrtype-local')) return localPolicyReasons.madeHere;
  const isPod = matches.some(
    (match) =>
      (match.kind === 'address' && match.selector === 'source') || match.kind === 'in-interface',
  );
  if (isPod) return localPolicyReasons.pod;
  return iptablesChainPurpose(chain) === 'local' ? localPolicyReasons.others : undefined;
}

function markReason(step: RuleStep | undefined): Reason {
  if (step === undefined) return masqueradeReasons.all;
  const { chain, rule } = step;
  const purpose = iptablesChainPurpose(chain);
  if (purpose === 'endpoint') return masqueradeReasons.itself;
  for (const match of rule.matches) {
    if (match.kind === 'addrtype-local' && match.selector === 'source')
      return masqueradeReasons.madeHere;
    if (match.kind === 'address' && match.selector === 'source')
      return match.negated ? masqueradeReasons.outside(match.network) : masqueradeReasons.madeHere;
    if (match.kind === 'in-interface')
      return masqueradeReasons.elsewhere(match.name + (match.isPrefix ? '*' : ''));
  }
  return purpose === 'service' || purpose === 'local'
    ? masqueradeReasons.all
    : masqueradeReasons.anyNode;
}

/** For how long clients are looked for on the list of an endpoint. */
function timeoutIn(list: string, { subject, family }: ExplainContext): number | undefined {
  const rules = subject.listing?.rules.find((each) => each.family === family);
  if (rules?.mode !== 'iptables') return undefined;
  for (const { chains } of rules.ruleset.tables)
    for (const { matches } of chains.flatMap((chain) => chain.rules))
      for (const match of matches)
        if (match.kind === 'recent-rcheck' && match.list === list) return match.seconds;
  return undefined;
}

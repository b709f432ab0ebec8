import { chainNamed, markChain } from '../../kube-proxy/names.ts';
import type { Rule } from '../../nftables/ast.ts';
import { type StatementStep, type Trace, traceSteps } from '../../nftables/simulate/trace.ts';
import type { Packet } from '../../packet/packet.ts';
import type { ExplainContext } from '../context.ts';
import { frontendReason, martianReason } from '../course-reason.ts';
import type { Reason } from '../explanation.ts';
import type { RulesetFrontend } from '../frontends.ts';
import type { BranchReasons } from '../reasons.ts';
import {
  frontendAt,
  localPolicyReasons,
  masqueradeReasons,
  noEndpointReason,
  noServiceReason,
  otherPortReason,
  pickedReason,
  pinnedReason,
  sourceRangeReason,
} from './sentences.ts';

/** Reads a packet's way through the rules of the nftables mode: every step that decided something gives a sentence. */
export function nftablesReasons(
  trace: Trace,
  packet: Packet,
  context: ExplainContext,
): BranchReasons {
  const course: Reason[] = [];
  const transfers: StatementStep[] = [];
  let masquerade: Reason | undefined;
  let frontend: RulesetFrontend | undefined;
  let pinned = false;
  for (const step of traceSteps(trace)) {
    if (step.kind === 'route' && step.to === 'martian')
      course.push(martianReason(step.destination));
    if (step.kind !== 'statement') continue;
    const { effect, statement } = step;
    const found = destinationOf(step, packet, context);
    if (found !== undefined) {
      if (frontend === undefined) course.push(frontendReason(found));
      frontend = found;
    }
    const reason = courseOf(step, packet, frontend, context);
    if (reason !== undefined) course.push(reason);
    if (effect.kind === 'match' && effect.matched && isClients(step)) pinned = true;
    if (effect.kind === 'map-update' && !pinned) {
      const timeout = timeoutOf(effect.map, context);
      if (timeout !== undefined) course.push(pickedReason(timeout));
    }
    if (effect.kind === 'mark' && effect.after > effect.before)
      masquerade = markReason(step, transfers);
    if (statement.kind === 'masquerade') masquerade ??= masqueradeReasons.itself;
    if (statement.kind === 'jump' || statement.kind === 'goto') transfers.push(step);
    if (effect.kind === 'dnat' && pinned)
      course.push(pinnedReason(`${effect.address}:${effect.port}`));
  }
  return { course, masquerade, frontend };
}

/** The destination whose element a verdict map held. */
function destinationOf(
  { effect }: StatementStep,
  packet: Packet,
  context: ExplainContext,
): RulesetFrontend | undefined {
  if (effect.kind !== 'verdict' || effect.lookup?.element === undefined) return undefined;
  const fields = effect.lookup.collection.key.join();
  if (fields === 'daddr,l4proto,th dport') return frontendAt(packet, false, context);
  return fields === 'l4proto,th dport' ? frontendAt(packet, true, context) : undefined;
}

function courseOf(
  { chain, rule, statement, effect }: StatementStep,
  packet: Packet,
  frontend: RulesetFrontend | undefined,
  context: ExplainContext,
): Reason | undefined {
  const purpose = chainNamed(chain.name)?.purpose;
  const isStop = statement.kind === 'drop' || statement.kind === 'reject';
  if (isStop && purpose === 'firewall') return sourceRangeReason(packet, frontend);
  const verdict =
    effect.kind === 'verdict' && effect.lookup?.element && 'verdict' in effect.lookup.element
      ? effect.lookup.element.verdict
      : undefined;
  if (verdict?.kind === 'drop' && frontend !== undefined)
    return noEndpointReason(frontend, true, context);
  if (isStop && frontend !== undefined && statement.kind === 'reject')
    return noEndpointReason(frontend, false, context);
  if (statement.kind === 'reject') return otherPortReason(packet, context);
  if (statement.kind === 'drop') {
    const network = networkOf(rule, context);
    return network === undefined ? undefined : noServiceReason(packet, network);
  }
  const isTransfer = statement.kind === 'goto' && purpose === 'external';
  return isTransfer ? externalReason(rule, statement.chain) : undefined;
}

/** The network of destinations that a rule is for. */
function networkOf({ statements }: Rule, { subject, family }: ExplainContext): string | undefined {
  for (const statement of statements) {
    if (statement.kind === 'address' && statement.selector === 'daddr') return statement.network;
    if (statement.kind !== 'in-set' || statement.key.join() !== 'daddr') continue;
    const rules = subject.listing?.rules.find((each) => each.family === family);
    const sets = rules?.mode === 'nftables' ? rules.table.collections : [];
    const set = sets.find(({ name, isAnonymous }) => isAnonymous && name === statement.set);
    return set?.elements.map(({ key }) => key.join(' . ')).join(', ') ?? statement.set;
  }
  return undefined;
}

/** Who may be sent where under the policy Local. */
function externalReason({ statements }: Rule, chain: string): Reason | undefined {
  switch (statements[0]?.kind) {
    case 'fib-local':
      return localPolicyReasons.madeHere;
    case 'address':
    case 'iifname':
    case 'in-set':
      return localPolicyReasons.pod;
    default:
      return chainNamed(chain)?.purpose === 'local' ? localPolicyReasons.others : undefined;
  }
}

/** The mark is set in the rule itself, or in a chain that only does that. */
function markReason(step: StatementStep, transfers: readonly StatementStep[]): Reason {
  const isHelper = step.chain.name === markChain;
  const { chain, rule } = isHelper ? (transfers.at(-1) ?? step) : step;
  const { statements } = rule;
  const purpose = chainNamed(chain.name)?.purpose;
  if (purpose === 'endpoint') return masqueradeReasons.itself;
  for (const statement of statements) {
    if (statement.kind === 'fib-local') return masqueradeReasons.madeHere;
    if (statement.kind === 'address' && statement.selector === 'saddr')
      return masqueradeReasons.outside(statement.network);
    if (statement.kind === 'iifname') return masqueradeReasons.elsewhere(statement.name);
  }
  return purpose === 'external' ? masqueradeReasons.anyNode : masqueradeReasons.all;
}

/** A set that remembers clients. */
const isClients = ({ effect }: StatementStep): boolean => {
  const collection = effect.kind === 'match' ? effect.lookup?.collection : undefined;
  return collection?.kind === 'set' && collection.dynamic === true;
};

function timeoutOf(set: string, { subject, family }: ExplainContext): number | undefined {
  const rules = subject.listing?.rules.find((each) => each.family === family);
  const collections = rules?.mode === 'nftables' ? rules.table.collections : [];
  const found = collections.find(({ name }) => name === set);
  return found?.kind === 'set' ? found.timeout : undefined;
}

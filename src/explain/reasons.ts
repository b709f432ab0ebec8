import type { VerdictElement } from '../nftables/ast.ts';
import { collections } from '../nftables/names.ts';
import { type NftBranch, type StatementStep, traceSteps } from '../nftables/simulate/trace.ts';
import type { ExplainContext } from './context.ts';
import { courseReason, frontendReason, martianReason } from './course-reason.ts';
import type { Reason } from './explanation.ts';
import { frontendOf, type RulesetFrontend } from './frontends.ts';
import { hairpinReason, markReason } from './masquerade-reason.ts';

/** The reasons for what happens in one branch. */
export interface BranchReasons {
  /** From the packet's arrival to its end. */
  readonly course: readonly Reason[];
  /** Why its source address is replaced; undefined when it is kept. */
  readonly masquerade: Reason | undefined;
  /** The destination it was for, once a rule has recognised it. */
  readonly frontend: RulesetFrontend | undefined;
}

/** Reads the trace of a branch: every step that decided something gives a sentence. */
export function reasonsOf(branch: NftBranch, context: ExplainContext): BranchReasons {
  const course: Reason[] = [];
  /** Jumps and gotos on the way, the last one last. */
  const transfers: StatementStep[] = [];
  let masquerade: Reason | undefined;
  let frontend: RulesetFrontend | undefined;
  for (const step of traceSteps(branch.trace)) {
    if (step.kind === 'route' && step.to === 'martian')
      course.push(martianReason(step.destination));
    if (step.kind !== 'statement') continue;
    const { effect, statement } = step;
    if (frontend === undefined) {
      frontend = recognised(step);
      if (frontend !== undefined) course.push(frontendReason(frontend));
    }
    const reason = courseReason(step, context);
    if (reason !== undefined) course.push(reason);
    if (effect.kind === 'mark' && effect.after > effect.before) masquerade = markReason(transfers);
    masquerade ??= hairpinReason(step);
    if (statement.kind === 'jump' || statement.kind === 'goto') transfers.push(step);
  }
  return { course, masquerade: branch.masquerade ? masquerade : undefined, frontend };
}

const servingMaps: ReadonlySet<string> = new Set([collections.services, collections.nodePorts]);
const refusingMaps: ReadonlySet<string> = new Set([
  collections.refusedServices,
  collections.refusedNodePorts,
]);

function recognised({ effect }: StatementStep): RulesetFrontend | undefined {
  if (effect.kind !== 'verdict' || effect.lookup?.element === undefined) return undefined;
  const { collection, element } = effect.lookup;
  const isServed = servingMaps.has(collection.name);
  if (!isServed && !refusingMaps.has(collection.name)) return undefined;
  return { ...frontendOf(element as VerdictElement), isServed };
}

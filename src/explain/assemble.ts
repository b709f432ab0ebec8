import type { Branch } from '../packet/outcome.ts';
import type { Packet } from '../packet/packet.ts';
import { contestReasons } from './contests.ts';
import type { ExplainContext } from './context.ts';
import type { ExplainedEndpoint, ExplainVerdict, Explanation, Reason } from './explanation.ts';
import { nearMisses } from './near-misses.ts';
import type { Question } from './question.ts';
import type { BranchReasons } from './reasons.ts';
import { summariseExplanation } from './summary.ts';

/** What was found out about a packet, whoever wrote the rules. */
export interface Findings {
  readonly context: ExplainContext;
  readonly packet: Packet;
  readonly question: Question;
  readonly branches: readonly Branch[];
  /** Of each branch. */
  readonly reasons: readonly BranchReasons[];
  readonly endpoints: readonly ExplainedEndpoint[];
  /** Why it was for no Service; undefined where it was for one. */
  readonly unmatched: Parameters<typeof nearMisses>[1] | undefined;
  readonly assumptions: readonly string[];
  readonly path: Explanation['path'];
}

/** Puts an explanation together. */
export function assembleExplanation(found: Findings): Explanation {
  const { context, packet, question, branches, reasons, endpoints, unmatched } = found;
  const frontend = reasons.find((each) => each.frontend !== undefined)?.frontend;
  const verdict = verdictOf(branches);
  const course = commonCourse(reasons);
  const masquerade = sharedMasquerade(reasons);
  return {
    packet,
    sourcePort: question.sourcePort,
    verdict,
    summary: summariseExplanation({ verdict, packet, branches, frontend, course, context }),
    servicePort: frontend?.name,
    reasons: [
      ...course,
      ...(masquerade === undefined ? [] : [masquerade]),
      ...contestReasons(packet, context),
    ],
    endpoints,
    nearMisses: unmatched === undefined ? [] : nearMisses(packet, unmatched, context),
    assumptions: found.assumptions,
    notLookedAt: context.subject.notLookedAt ?? [],
    path: found.path,
  };
}

/** What becomes of a packet in one word. */
function verdictOf(branches: readonly Branch[]): ExplainVerdict {
  const verdicts = new Set(
    branches.map(({ verdict, dnat }): ExplainVerdict => {
      if (verdict === 'accept') return dnat ? 'delivered' : 'passed';
      return verdict === 'reject' ? 'refused' : 'dropped';
    }),
  );
  const [verdict] = verdicts;
  return verdicts.size === 1 && verdict !== undefined ? verdict : 'mixed';
}

/** Sentences of all branches, each once, in the order they come up. */
function commonCourse(reasons: readonly BranchReasons[]): readonly Reason[] {
  const course = new Map<string, Reason>();
  for (const reason of reasons.flatMap((each) => each.course)) {
    if (!course.has(reason.text)) course.set(reason.text, reason);
  }
  return [...course.values()];
}

/** Why all branches are masqueraded, where it is for the same reason. */
function sharedMasquerade(reasons: readonly BranchReasons[]): Reason | undefined {
  const [first, ...others] = reasons.map(({ masquerade }) => masquerade);
  if (first === undefined || others.some((other) => other?.text !== first.text)) return undefined;
  return { ...first, text: `masqueraded, because ${first.text}` };
}

import { answerOf } from '../diff/answer.ts';
import type { ComparedDestination } from '../diff/compared-destination.ts';
import type { Destination } from '../diff/destination.ts';
import { isReached } from '../reach/exposure.ts';
import type { FamilySurvey } from '../reach/survey.ts';
import type { ReachStatement } from './assertion.ts';
import { type Breach, destinationText, ownerText } from './breach.ts';
import { isTarget, judgeEach } from './judge-classes.ts';
import { judgeMustReach } from './judge-must-reach.ts';
import type { Judgement, Surveys } from './judgement.ts';
import type { MatchedClient } from './match-clients.ts';
import { matchesDestination } from './match-destinations.ts';
import { targetWords } from './target-words.ts';

/** Statements about who reaches what, and with which address. */
export function judgeReach(statement: ReachStatement, surveys: Surveys): Judgement {
  const { own } = surveys;
  const remarks = missingTargets(statement, own);
  const isMeant = (compared: ComparedDestination): boolean => isTargeted(statement, compared);
  switch (statement.verb) {
    case 'mustReach':
      return judgeMustReach(statement, own);
    case 'mustNotReach': {
      const isBroken = ({ result }: MatchedClient): boolean => isReached(result);
      const breaches = own.flatMap((survey) =>
        judgeEach(statement, survey, { isMeant, isBroken, tell: reachedText }),
      );
      return { breaches, remarks };
    }
    case 'mustKeepClientAddress': {
      const breaches = own.flatMap((survey) =>
        judgeEach(statement, survey, { isMeant, isBroken: isRewritten, tell: rewrittenText }),
      );
      return { breaches, remarks };
    }
    case 'mayReachOnly':
      return { breaches: judgeOnly(statement, surveys), remarks };
  }
}

const isTargeted = ({ targets, except }: ReachStatement, compared: ComparedDestination): boolean =>
  targets.some((target) => isTarget(target, compared)) &&
  !except.some((target) => isTarget(target, compared));

/** Whatever is not a target must not be reached; with `before` among them, neither what was not before. */
function judgeOnly(statement: ReachStatement, { own, since }: Surveys): readonly Breach[] {
  const { targets, except } = statement;
  const allowed = [...targets, ...except];
  const hasBefore = targets.some(({ kind }) => kind === 'before');
  const judged = hasBefore ? (since ?? []) : own;
  return judged.flatMap((survey) =>
    judgeEach(statement, survey, {
      isMeant: (compared) => !allowed.some((target) => isTarget(target, compared)),
      isBroken: ({ result }) =>
        isReached(result) && !(hasBefore && isReached({ ...result, after: result.before })),
      tell: reachedText,
    }),
  );
}

function reachedText(who: string, destination: Destination, { result }: MatchedClient): string {
  return answerOf(result.after).kind === 'passed'
    ? `the loopback address ${destination.address} of this node is open to ${who}`
    : `${ownerText(destination)} answers ${who} at ${destinationText(destination)}`;
}

/** An endpoint that reaches itself could not answer otherwise. */
const isRewritten = ({ result: { after, packet } }: MatchedClient): boolean =>
  after.branches.some(
    ({ verdict, isServed, masquerade, destination }) =>
      verdict === 'accept' && isServed && masquerade && destination !== packet.source,
  );

const rewrittenText = (who: string, destination: Destination): string =>
  `endpoints of ${ownerText(destination)} see an address of this node instead of ${who} at ${destinationText(destination)}`;

/** What the statement names, and nothing on this side is. */
function missingTargets(
  { targets, except }: ReachStatement,
  own: readonly FamilySurvey[],
): readonly string[] {
  return [...targets, ...except].flatMap((target) => {
    if (target.kind !== 'destinations' || target.services === undefined) return [];
    const isThere = own.some(({ destinations }) =>
      destinations.some((compared) => matchesDestination(target, compared)),
    );
    return isThere ? [] : [`no destination is ${targetWords(target)}`];
  });
}

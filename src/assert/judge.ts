import type { SurveySubject } from '../reach/survey.ts';
import { surveyOf } from '../reach/survey.ts';
import { type Assertion, askedNetworks, needsBefore } from './assertion.ts';
import type { AssertionVerdict, Breach } from './breach.ts';
import { judgeAddresses, judgeNodePorts, judgeOwners } from './judge-addresses.ts';
import { judgeEndpoints } from './judge-endpoints.ts';
import { judgeReach } from './judge-reach.ts';
import type { Judgement, Surveys } from './judgement.ts';

/**
 * Judges assertions on a ruleset, for every class of packets: whether a statement holds does not depend on which
 * packets are tried.
 *
 * @param before what assertions compare with; undefined: none of them does
 * @returns a verdict for each assertion, in their order
 */
export function judgeAssertions(
  assertions: readonly Assertion[],
  subject: SurveySubject,
  before: SurveySubject | undefined,
): readonly AssertionVerdict[] {
  const asked = askedNetworks(assertions);
  const surveys: Surveys = {
    own: surveyOf(subject, asked),
    since:
      before === undefined || !needsBefore(assertions)
        ? undefined
        : surveyOf(subject, asked, before),
  };
  return assertions.map((assertion) => {
    const { breaches, remarks } = judge(assertion, surveys);
    return { assertion, breaches: once(breaches), remarks: [...new Set(remarks)] };
  });
}

function judge(assertion: Assertion, surveys: Surveys): Judgement {
  switch (assertion.verb) {
    case 'mustReach':
    case 'mustNotReach':
    case 'mayReachOnly':
    case 'mustKeepClientAddress':
      return judgeReach(assertion, surveys);
    case 'mustHaveEndpoints':
      return judgeEndpoints(assertion, surveys);
    case 'externalIPsMustBeIn':
    case 'loadBalancerIPsMustBeIn':
      return judgeAddresses(assertion, surveys.own);
    case 'nodePortsMustBeIn':
      return judgeNodePorts(assertion, surveys.own);
    case 'mayBeAnsweredOnlyBy':
      return judgeOwners(assertion, surveys.own);
  }
}

/** Several classes of clients may see the same. */
const once = (breaches: readonly Breach[]): readonly Breach[] =>
  [
    ...new Map(breaches.map((breach) => [breach.text, breach] as const).toReversed()).values(),
  ].toReversed();

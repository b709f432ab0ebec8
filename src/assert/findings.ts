import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Place } from '../diagnostics/place.ts';
import { onNodesWithin } from '../diff/nodes/wording.ts';
import type { Verb } from './assertion.ts';
import { type AssertionVerdict, type Breach, witnessText } from './breach.ts';

/** The code of each way in which an assertion may be broken. */
export const breachCodes: Readonly<Record<Verb, DiagnosticCode>> = {
  mustNotReach: 'NATC6110',
  mustReach: 'NATC6111',
  mayReachOnly: 'NATC6112',
  mustKeepClientAddress: 'NATC6113',
  mustHaveEndpoints: 'NATC6114',
  externalIPsMustBeIn: 'NATC6115',
  loadBalancerIPsMustBeIn: 'NATC6116',
  nodePortsMustBeIn: 'NATC6117',
  mayBeAnsweredOnlyBy: 'NATC6118',
};

/** An error for each breach: at the line that makes it so, or else at the assertion. */
export const breachFindings = (verdicts: readonly AssertionVerdict[]): readonly Diagnostic[] =>
  verdicts.flatMap((verdict) => verdict.breaches.map((breach) => findingOf(verdict, breach)));

/** The same, so that some of them say as much as they can: one of each broken assertion, then their second ones, and so on. */
export function breachFindingsInTurn(verdicts: readonly AssertionVerdict[]): readonly Diagnostic[] {
  const longest = Math.max(0, ...verdicts.map(({ breaches }) => breaches.length));
  return Array.from({ length: longest }, (_, turn) =>
    verdicts.flatMap((verdict) =>
      verdict.breaches.slice(turn, turn + 1).map((breach) => findingOf(verdict, breach)),
    ),
  ).flat();
}

function findingOf(verdict: AssertionVerdict, breach: Breach): Diagnostic {
  const { assertion, nodes } = verdict;
  const { text, witness, origin, nodes: broken } = breach;
  const where = nodes && broken ? ` ${onNodesWithin(broken, nodes.length)}` : '';
  const own: Place =
    assertion.place.kind === 'field' ? { ...assertion.place, note: 'says so' } : assertion.place;
  return {
    code: breachCodes[assertion.verb],
    severity: 'error',
    message: `"${assertion.name}" is broken${where}: ${text}`,
    places: origin === undefined ? [assertion.place] : [{ kind: 'field', ...origin }, own],
    ...(witness !== undefined && { hint: `packet: ${witnessText(witness)}` }),
  };
}

/** A warning for each name in an assertion that nothing has. */
export const remarkFindings = (verdicts: readonly AssertionVerdict[]): readonly Diagnostic[] =>
  verdicts.flatMap(({ assertion, remarks }) =>
    remarks.map(
      (remark): Diagnostic => ({
        code: 'NATC6104',
        severity: 'warning',
        message: `"${assertion.name}": ${remark}`,
        places: [assertion.place],
        hint: 'correct the name, or remove it where the Service is gone for good',
      }),
    ),
  );

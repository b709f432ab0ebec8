import type { FamilySurvey } from '../reach/survey.ts';
import type { Breach } from './breach.ts';

/** What a statement is judged on. */
export interface Surveys {
  /** The side that is judged, beside one without rules. */
  readonly own: readonly FamilySurvey[];
  /** The same beside the side before: destinations at which the two differ. Undefined where there is none. */
  readonly since: readonly FamilySurvey[] | undefined;
}

/** Of one statement. */
export interface Judgement {
  readonly breaches: readonly Breach[];
  /** What it names that is not there. */
  readonly remarks: readonly string[];
}

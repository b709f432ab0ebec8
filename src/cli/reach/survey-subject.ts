import type { Invented } from '../../allocate/invented.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import type { SurveySubject } from '../../reach/survey.ts';

export interface LoadedSurveySubject {
  /** Undefined when a diagnostic is an error. */
  readonly subject: SurveySubject | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Services of which the answer may be wrong. */
  readonly uncompiled: readonly Uncompiled[];
  readonly invented: Invented;
  /** What has no answer since a rule of a kube-proxy's is not understood, once questions were asked. */
  readonly notAnswered?: () => readonly Diagnostic[];
}

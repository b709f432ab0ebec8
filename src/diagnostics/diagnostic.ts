import type { DiagnosticCode } from './codes.ts';
import type { Group } from './group.ts';
import type { Place } from './place.ts';

export type Severity = 'error' | 'warning' | 'note';

/**
 * One message for the user. `message` says what is wrong (quoting the offending text), `hint` what to
 * do about it; both are single lines without a final full stop.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly places: readonly Place[];
  readonly hint?: string;
  /** An error that `--validate warn` made a warning. */
  readonly wasError?: true;
  /** Where it is about several things: all of them. */
  readonly group?: Group;
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');

/** Notes are printed only when somebody asks for them. */
export const isPrinted = ({ severity }: Diagnostic): boolean => severity !== 'note';

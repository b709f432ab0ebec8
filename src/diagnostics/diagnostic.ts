import type { DiagnosticCode } from './codes.ts';
import type { Group } from './group.ts';
import type { FieldPath, Source, SourceObject } from './source.ts';

export type Severity = 'error' | 'warning' | 'note';

/** What a diagnostic points at. The first place of a diagnostic is the primary one. */
export type Place =
  | {
      /** A field of an object, or the object itself when `path` is empty. */
      readonly kind: 'field';
      readonly object: SourceObject;
      readonly path: FieldPath;
      /** Point at the field's key instead of its value, e.g. for a field that should not be there. */
      readonly at?: 'key' | 'value';
      /** A few words set beside the place, e.g. `first defined here`. */
      readonly note?: string;
    }
  | {
      /** A stretch of text, e.g. of a syntax error. */
      readonly kind: 'span';
      readonly source: Source;
      readonly start: number;
      readonly end: number;
      readonly note?: string;
    }
  | {
      /** A whole file or stdin, e.g. one that cannot be read. */
      readonly kind: 'file';
      readonly name: string;
    }
  | {
      /** A command line option, e.g. `--nodeport-addresses`, and the offending value. */
      readonly kind: 'option';
      readonly option: string;
      readonly value: string;
    };

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

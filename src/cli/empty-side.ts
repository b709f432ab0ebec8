import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** An empty directory, an empty text, and text without an object that natc reads. */
const emptiness: ReadonlySet<DiagnosticCode> = new Set(['NATC1002', 'NATC1004', 'NATC1005']);

/**
 * What is said of a side of a diff: that it holds nothing is an answer, everything of the other side is new or
 * gone, and yet a warning, since whatever should have written it may have failed.
 */
export const takingEmpty = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.map((diagnostic) =>
    diagnostic.severity === 'error' && emptiness.has(diagnostic.code)
      ? {
          ...diagnostic,
          severity: 'warning',
          hint: 'this side of the diff counts as one without Services; did what should have written it fail?',
        }
      : diagnostic,
  );

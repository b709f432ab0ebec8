import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SourceObject } from '../../diagnostics/source.ts';

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

/**
 * What is said of manifests that are laid on a cluster: without a Service they may still hold workloads, which change the
 * endpoints of Services that are there.
 *
 * @param isLaid whether they are
 * @param others what may make pods
 */
export const takingWorkloads = (
  diagnostics: readonly Diagnostic[],
  isLaid: boolean,
  others: readonly SourceObject[],
): readonly Diagnostic[] =>
  isLaid && others.length > 0 ? diagnostics.filter(({ code }) => code !== 'NATC1005') : diagnostics;

import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts';
import type { Group } from '../diagnostics/group.ts';
import type { Place } from '../diagnostics/place.ts';
import type { CompileOptions } from '../options.ts';

/** What is wrong, apart from where. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
  /** Further places, e.g. the first of two things that clash. */
  readonly also?: readonly Place[];
  /** Where it is about several things. */
  readonly group?: Group;
}

/** Where the readers and checks of one run put what they find. */
export interface Report {
  /** Something the API server refuses: an error; a warning with `--validate warn`. */
  readonly refuse: (place: Place, problem: Problem) => void;
  /** Something that cannot be compiled whatever `--validate` says. */
  readonly fail: (place: Place, problem: Problem) => void;
  readonly warn: (place: Place, problem: Problem) => void;
  /**
   * What the API server advises whoever writes an object, and takes all the same: a warning; nothing with
   * `--validate warn`, which reads what was written long ago.
   */
  readonly advise: (place: Place, problem: Problem) => void;
  readonly note: (place: Place, problem: Problem) => void;
  /** What is refused is left out or read as kube-proxy reads it, and the rest goes on. */
  readonly isLenient: boolean;
  /** Everything found so far, in the order found. */
  readonly diagnostics: readonly Diagnostic[];
}

export function createReport(validate: CompileOptions['validate']): Report {
  const diagnostics: Diagnostic[] = [];
  const add =
    (severity: Severity, more: Pick<Diagnostic, 'wasError'> = {}) =>
    (place: Place, { also = [], ...problem }: Problem): void => {
      diagnostics.push({ ...problem, severity, places: [place, ...also], ...more });
    };
  return {
    refuse: validate === 'strict' ? add('error') : add('warning', { wasError: true }),
    fail: add('error'),
    warn: add('warning'),
    advise: validate === 'strict' ? add('warning') : () => undefined,
    note: add('note'),
    isLenient: validate === 'warn',
    diagnostics,
  };
}

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Ignoring } from '../../diagnostics/ignore.ts';
import type { Standing } from '../../diagnostics/standing.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import type { ColorMode } from './color.ts';

export const diagnosticsFormats = ['text', 'json', 'github', 'sarif'] as const;

export type DiagnosticsFormat = (typeof diagnosticsFormats)[number];

/** What is taken where no flag says otherwise, most of the time. */
export const messageDefaults = {
  diagnostics: 'text',
  maxDiagnostics: 50,
  color: 'auto',
} as const satisfies MessageFlags;

export interface MessageFlags {
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: ColorMode | false;
  readonly diagnostics?: DiagnosticsFormat;
  readonly maxDiagnostics?: number;
  /** Not a flag: what was said before and need not be said again. */
  readonly news?: News;
  /** Not a flag: where diagnostics go instead of being printed (a log). */
  readonly tell?: (diagnostics: readonly Diagnostic[]) => void;
  /** Not a flag: what is not to be said at all. */
  readonly ignoring?: Ignoring;
  /** Not a flag: what is written once nothing of the run was an error. */
  readonly late?: LateWrite;
}

/** The warnings of one run of apply beside those that stood before it. */
export interface News {
  /** Whether it is known what stood before. */
  readonly remembers: boolean;
  /** Takes note of what is about to be printed. @returns what of it is news */
  readonly hear: (given: readonly Diagnostic[]) => readonly Diagnostic[];
  /** Says that what was not given now holds no longer. */
  readonly looked: (coverage: Coverage) => void;
  /** Says that whether a warning of this code holds could not be told: it stays. */
  readonly keep: (code: string) => void;
  /** Tells what went, and how many stand. @returns what stands from now on; undefined: as before */
  readonly end: (flags: MessageFlags, terminal: Terminal) => Promise<Standing | undefined>;
  /** The first error, or else the first warning of the host that is no remark. */
  readonly reason: () => Diagnostic | undefined;
}

/** What waits for the end of a run: whoever takes the file for what was answered must not get it of a run that failed. */
export interface LateWrite {
  /** Puts a file in the place of the one before. */
  readonly add: (late: Late) => void;
  /** Takes note of what the run has to say. */
  readonly hear: (diagnostics: readonly Diagnostic[]) => void;
  /**
   * Writes the file, if the run had an answer and nothing that it said was an error; else says that it is not written.
   *
   * @returns the exit status: the one that is given, unless the file cannot be written
   */
  readonly finish: (
    exitCode: ExitCode,
    flags: MessageFlags,
    terminal: Terminal,
  ) => Promise<ExitCode>;
}

/** How much of what may be warned of a run of apply has looked at. */
export type Coverage =
  /** At nothing, or at a part of the input, or it was not applied. */
  | 'none'
  /** All of it. */
  | 'all'
  /** Not at the processes of this node. */
  | 'changes'
  /** The input is the one of before: only at the host. */
  | 'host';

/** A file that is written beside the answer of a command. */
export interface Late {
  readonly file: string;
  /** Says why it could not be written. */
  readonly write: () => Promise<readonly Diagnostic[]>;
}

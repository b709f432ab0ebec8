/** The machine natc runs on, as the live stage needs it. Tests put a scripted one in its place. */
export interface Host {
  /** Whether namespaces can be made without a user namespace around them. */
  readonly isRoot: boolean;
  /** Runs a program to its end, with `stdin` (default: nothing) as its input. Never rejects. */
  readonly run: (command: string, args: readonly string[], stdin?: string) => Promise<RunResult>;
  /**
   * Programs that are started before there is input for them, one at a time, so that nobody waits for a start. The first
   * one is started now, each further one when one was used. Missing where nothing can wait.
   */
  readonly waiting?: (command: string, args: readonly string[]) => WaitingPrograms;
  /** The text of a file; undefined when it does not exist or may not be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Overwrites a file in place, as /proc/sys needs it. Rejects with the system's error. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
}

export interface WaitingPrograms {
  /**
   * Gives one its input, all of it. Never rejects.
   *
   * @param isEnough of what is on its stdout so far
   * @returns that, as soon as it is enough, else at its end, which it comes to all the same; '' where none can be started
   */
  readonly ask: (stdin: string, isEnough: (stdout: string) => boolean) => Promise<string>;
}

export type RunResult =
  | {
      readonly kind: 'exited';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | {
      readonly kind: 'signalled';
      readonly signal: string;
      readonly stderr: string;
      /** Why natc stopped it: `it took longer than 60 s`; undefined where it was not natc. */
      readonly limit?: string;
    }
  /** The program was not started: it does not exist, or may not be run. */
  | { readonly kind: 'not-started'; readonly message: string };

export const succeeded = (result: RunResult): boolean =>
  result.kind === 'exited' && result.exitCode === 0;

/** Whether nft listed something of a table: ending with 0 is not enough, nor half of it. */
export const listedWhole = (result: RunResult, beginning: RegExp): boolean =>
  result.kind === 'exited' &&
  result.exitCode === 0 &&
  beginning.test(result.stdout) &&
  /\}\s*\}\s*$/.test(result.stdout);

/** One line that says how a run ended, for messages. */
export function describeRun(result: RunResult): string {
  switch (result.kind) {
    case 'exited':
      return firstLine(result.stderr) ?? `exit status ${result.exitCode}`;
    case 'signalled':
      return result.limit === undefined
        ? `killed by ${result.signal}`
        : `stopped by natc: ${result.limit}`;
    case 'not-started':
      return result.message;
  }
}

const firstLine = (text: string): string | undefined =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');

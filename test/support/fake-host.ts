import type { Host, RunResult } from '../../src/live/host.ts';

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly stdin: string | undefined;
}

/** What a scripted host answers. */
export interface HostScript {
  readonly isRoot?: boolean;
  /** The first entry whose beginning matches the command line answers it; otherwise: success. */
  readonly runs?: readonly (readonly [commandLine: string, result: RunResult])[];
  readonly files?: Readonly<Record<string, string>>;
  /** Files that cannot be written, with the system's message. */
  readonly readOnly?: Readonly<Record<string, string>>;
}

export const success = (stdout = ''): RunResult => ({
  kind: 'exited',
  exitCode: 0,
  stdout,
  stderr: '',
});

export const failure = (stderr: string, exitCode = 1): RunResult => ({
  kind: 'exited',
  exitCode,
  stdout: '',
  stderr,
});

/** A host that runs nothing, answers by script and remembers what it was asked. */
export function fakeHost({ isRoot = true, runs = [], files = {}, readOnly = {} }: HostScript) {
  const calls: Call[] = [];
  const written = new Map<string, string>(Object.entries(files));
  const host: Host = {
    isRoot,
    run: async (command, args, stdin) => {
      calls.push({ command, args, stdin });
      const line = [command, ...args].join(' ');
      return runs.find(([beginning]) => line.startsWith(beginning))?.[1] ?? success();
    },
    readFile: async (path) => written.get(path),
    writeFile: async (path, text) => {
      const refusal = readOnly[path];
      if (refusal !== undefined) throw new Error(refusal);
      written.set(path, text);
    },
  };
  return { host, calls, files: written };
}

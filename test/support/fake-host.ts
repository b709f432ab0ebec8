import { type Host, type RunResult, succeeded } from '../../src/host/machine/host.ts';

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
  /** Whose stamps the kernel has afterwards: those of transactions that succeeded (default), of all, of none. */
  readonly takes?: 'successes' | 'everything' | 'nothing';
  /** Files that cannot be written, with the system's message. */
  readonly readOnly?: Readonly<Record<string, string>>;
}

export const success = (stdout = ''): Extract<RunResult, { kind: 'exited' }> => ({
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

/** What a program says that has nothing to say. */
function answerTo(line: string): RunResult {
  if (line.startsWith('unshare '))
    return success('net:[1]\n\t\telements = { 0x6e617463 }\n-N NATC-CHECK\n');
  if (line.startsWith('conntrack -L'))
    return { ...success(), stderr: 'conntrack v1.4.7: 0 flow entries have been shown.\n' };
  const [, map] = /^nft list map ip6? natc (\S+)$/.exec(line) ?? [];
  return success(map === undefined ? '' : `table ip natc {\n\tmap ${map} {\n\t}\n}\n`);
}

const stampPattern = /^add element (ip6?) natc revision (\{ 0x.* \})$/gm;

/**
 * A host that runs nothing, answers by script and remembers what it was asked; and the stamps that it was
 * given.
 */
export function fakeHost({
  isRoot = true,
  runs = [],
  files = {},
  readOnly = {},
  takes = 'successes',
}: HostScript) {
  const stamps = new Map<string, string>();
  const calls: Call[] = [];
  const written = new Map<string, string>(Object.entries(files));
  const host: Host = {
    isRoot,
    run: async (command, args, stdin) => {
      calls.push({ command, args, stdin });
      const line = [command, ...args].join(' ');
      const result = runs.find(([beginning]) => line.startsWith(beginning))?.[1];
      const isTaken = takes === 'everything' || result === undefined || succeeded(result);
      if (line.startsWith('nft -f') && takes !== 'nothing' && isTaken)
        for (const [, family = '', stamp = ''] of (stdin ?? '').matchAll(stampPattern))
          stamps.set(family, stamp);
      const [, family = ''] = /^nft list set (ip6?) natc revision$/.exec(line) ?? [];
      if (family === '') return result ?? answerTo(line);
      return stamps.has(family)
        ? success(`set revision {\n${stamps.get(family)}\n}\n}\n`)
        : (result ?? failure('Error: No such file or directory'));
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

/** apply, run in this process against a kernel in a namespace. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftoversBeside } from '../../src/backends/table.ts';
import { type CompileOutput, compile } from '../../src/compile.ts';
import type { ApplyOptions } from '../../src/host/change/apply-options.ts';
import type { Host as NatcHost, RunResult } from '../../src/host/machine/host.ts';
import { type ApplyOutcome, applyRuleset, desiredFrom } from '../../src/nftables/host/apply.ts';
import type { CompileOptions } from '../../src/options.ts';
import type { CommandResult } from './kernel-agent.ts';
import { clusterOptions } from './kernel-cluster.ts';
import { objectOf } from './objects.ts';

type Run = (argv: readonly string[], stdin?: string) => Promise<CommandResult>;

/** A machine whose programs run where `run` runs them. */
export const hostOn = (run: Run): NatcHost => ({
  isRoot: true,
  run: async (command, args, stdin) => resultOf(await run([command, ...args], stdin)),
  readFile: async (path) => {
    const { status, stdout } = await run(['cat', path]);
    return status === 0 ? stdout : undefined;
  },
  writeFile: async (path, text) => {
    const { status, stderr } = await run(['tee', path], text);
    if (status !== 0) throw new Error(stderr);
  },
});

const resultOf = ({ status, stdout, stderr }: CommandResult): RunResult =>
  status < 0
    ? { kind: 'signalled', signal: `signal ${-status}`, stderr }
    : { kind: 'exited', exitCode: status, stdout, stderr };

/** A state directory of its own and a way to apply objects. */
export interface LiveHost {
  readonly directory: string;
  /** Every program that natc ran, as command lines. */
  readonly commands: string[];
  /** Answers instead of the real program, when the command line begins so. */
  readonly failures: Map<string, RunResult>;
  readonly apply: (
    objects: readonly object[],
    options?: Partial<ApplyOptions>,
    compileOptions?: Partial<CompileOptions>,
  ) => Promise<ApplyOutcome>;
  readonly host: NatcHost;
  readonly lock: ApplyOptions['lock'];
  readonly dispose: () => void;
}

export function liveHost(run: Run): LiveHost {
  const directory = mkdtempSync(join(tmpdir(), 'natc-live-'));
  const commands: string[] = [];
  const failures = new Map<string, RunResult>();
  const real = hostOn(run);
  const host: NatcHost = {
    ...real,
    run: async (command, args, stdin) => {
      const line = [command, ...args].join(' ');
      commands.push(line);
      const failure = [...failures].find(([beginning]) => line.startsWith(beginning));
      return failure === undefined ? real.run(command, args, stdin) : failure[1];
    },
  };
  const lock: ApplyOptions['lock'] = async () => ({
    kind: 'held',
    lock: { release: async () => {} },
  });
  return {
    ...{ directory, commands, failures, host, lock },
    apply: async (objects, options, compileOptions) => {
      return applyRuleset(host, desiredFrom(compiled(objects, compileOptions)), {
        stateDirectory: directory,
        lock,
        verify: false,
        maxRemovals: undefined,
        force: false,
        others: await leftoversBeside('nftables'),
        sysctls: [],
        input: undefined,
        now: () => 1000,
        ...options,
      });
    },
    dispose: () => rmSync(directory, { recursive: true }),
  };
}

export function compiled(
  objects: readonly object[],
  options: Partial<CompileOptions> = {},
): CompileOutput {
  const { output, diagnostics } = compile(
    objects.map((object) => objectOf(object)),
    { ...clusterOptions, ...options },
  );
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return output;
}

/** An answer as of a program that crashes. */
export const crash: RunResult = { kind: 'signalled', signal: 'SIGSEGV', stderr: '' };

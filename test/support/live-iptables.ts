/** apply by iptables, run in this process against a kernel in a namespace. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftoversBeside } from '../../src/backends/table.ts';
import type { Host } from '../../src/host/machine/host.ts';
import {
  type ApplyIptablesOptions,
  type ApplyIptablesOutcome,
  applyByIptables,
  desiredTablesFrom,
} from '../../src/iptables/host/apply.ts';
import type { DesiredTables } from '../../src/iptables/host/observed.ts';
import type { CompileOptions } from '../../src/options.ts';
import type { IptablesVariant } from './iptables-node.ts';
import type { CommandResult } from './kernel-agent.ts';
import { compiled, hostOn } from './live-host.ts';

export interface LiveIptables {
  readonly host: Host;
  readonly directory: string;
  /** Every program that natc ran, as command lines. */
  readonly commands: string[];
  /** What iptables-restore and ip6tables-restore were fed, mere questions left out. */
  readonly inputs: string[];
  readonly apply: (
    objects: readonly object[],
    options?: Partial<ApplyIptablesOptions>,
    compileOptions?: Partial<CompileOptions>,
  ) => Promise<ApplyIptablesOutcome>;
  readonly applyTables: (
    wanted: DesiredTables,
    options?: Partial<ApplyIptablesOptions>,
  ) => Promise<ApplyIptablesOutcome>;
  /** Is done once, right before the next commit. */
  readonly beforeRestore: (action: () => Promise<void>) => void;
  /** Empties the state directory. */
  readonly forget: () => void;
  readonly dispose: () => void;
}

const isChange = (input: string): boolean => /^[:-](?!C )/m.test(input);

/** @param variant what `iptables` stands for there */
export function liveIptables(
  run: (argv: readonly string[], stdin?: string) => Promise<CommandResult>,
  variant: IptablesVariant,
): LiveIptables {
  const directory = mkdtempSync(join(tmpdir(), 'natc-live-'));
  const commands: string[] = [];
  const inputs: string[] = [];
  let before: (() => Promise<void>) | undefined;
  const real = hostOn(run);
  const host: Host = {
    ...real,
    run: async (command, args, stdin) => {
      commands.push([command, ...args].join(' '));
      if (command.endsWith('-restore') && isChange(stdin ?? '')) {
        inputs.push(stdin ?? '');
        const action = before;
        before = undefined;
        await action?.();
      }
      const program = command.replace(/^(ip6?tables)(-save|-restore|$)/, `$1-${variant}$2`);
      return real.run(program, args, stdin);
    },
  };
  const applyTables: LiveIptables['applyTables'] = async (wanted, options) =>
    applyByIptables(host, wanted, {
      stateDirectory: directory,
      lock: async () => ({ kind: 'held', lock: { release: async () => {} } }),
      verify: false,
      maxRemovals: undefined,
      force: false,
      others: await leftoversBeside('iptables'),
      sysctls: [],
      input: undefined,
      now: () => 1000,
      ...options,
    });
  return {
    ...{ host, directory, commands, inputs, applyTables },
    apply: (objects, options, compileOptions) =>
      applyTables(desiredTablesFrom(compiled(objects, compileOptions).plan), options),
    beforeRestore: (action) => {
      before = action;
    },
    forget: () => {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
    },
    dispose: () => rmSync(directory, { recursive: true }),
  };
}

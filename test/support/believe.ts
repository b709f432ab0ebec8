/** An input, compared with the one that was applied before, as natc apply does it. */

import { type Belief, believe, keepBelief } from '../../src/cli/apply/hold-back.ts';
import type { ApplyFlags } from '../../src/cli/apply/options.ts';
import { effectiveOptions } from '../../src/cli/config/effective-options.ts';
import type { CompileInput } from '../../src/cli/input/compile-input.ts';
import { ignoresOf } from '../../src/cli/input/ignores.ts';
import { stageClock } from '../../src/cli/stage-clock.ts';
import { compile } from '../../src/compile.ts';
import type { Host } from '../../src/host/machine/host.ts';
import { defaultOptions } from '../../src/options.ts';
import { readObjects } from '../../src/read/read.ts';
import { followFlagsUnset } from './apply-flags.ts';

export interface BelieveFlags {
  readonly stateDir: string;
  readonly nodeName?: string | undefined;
  readonly maxRemovals?: number;
  readonly allowMassRemoval?: boolean;
  readonly listedByNatc?: boolean;
}

/** What apply makes of an input. @param text YAML or JSON; it has to compile */
export function believeInput(host: Host, text: string, flags: BelieveFlags): Promise<Belief> {
  const options = { ...defaultOptions, nodeName: flags.nodeName };
  const bytes = new TextEncoder().encode(text);
  const { objects, skipped } = readObjects([{ name: 'input.yaml', bytes }]);
  const { output, diagnostics } = compile(objects, options);
  if (output === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const input: CompileInput = {
    listedByNatc: flags.listedByNatc === true,
    inputs: [],
    excluded: 0,
    effective: effectiveOptions({ flags: options }),
    optionPlaces: new Map(),
    diagnostics: [],
    refusesCutOff: false,
    laysOut: true,
    mayBeEmpty: false,
    clock: stageClock(),
    tellsUncompiled: false,
    completes: false,
    completion: {},
    ignores: ignoresOf({}, false),
  };
  const size = { files: 1, objects: objects.length };
  const compiled = {
    ...{ options, diagnostics, output, size, objects, skipped },
    uncompiled: [],
    notRead: { foreign: [], excluded: 0 },
    completed: undefined,
    read: [],
    compiled: diagnostics,
  };
  return believe(host, input, compiled, output, applyFlags(flags), 1000);
}

/** The same, and then it is applied. */
export async function appliedInput(host: Host, text: string, flags: BelieveFlags): Promise<Belief> {
  const belief = await believeInput(host, text, flags);
  if (belief.kind === 'apply') await keepBelief(belief, applyFlags(flags));
  return belief;
}

const applyFlags = ({
  stateDir,
  maxRemovals = 50,
  allowMassRemoval,
}: BelieveFlags): ApplyFlags => ({
  backend: 'nftables',
  stateDir,
  maxRemovals,
  lockTimeout: 0,
  commandTimeout: 60,
  sysctl: false,
  protectPorts: 'allow',
  ...followFlagsUnset,
  ...(allowMassRemoval !== undefined && { allowMassRemoval }),
});

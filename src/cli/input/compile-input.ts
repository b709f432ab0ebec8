import type { CompileOutput } from '../../compile.ts';
import type { CompletedSide } from '../../complete.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Place } from '../../diagnostics/place.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import type { InputSize } from '../../diagnostics/summary.ts';
import { applyDefaults, type CompileOptions } from '../../options.ts';
import type { Uncompiled } from '../../plan/uncompiled.ts';
import type { Input } from '../../read/inputs.ts';
import type { ReadResult } from '../../read/read.ts';
import {
  type EffectiveOptions,
  effectiveOptions,
  optionsFromFlags,
} from '../config/effective-options.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock, reportStages, type StageClock, stageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { type BaseFlags, completeOn, readBase } from './base.ts';
import { listInputs } from './cluster-input.ts';
import { inventedFindings } from './completion.ts';
import { takingEmpty, takingWorkloads } from './empty-side.ts';
import { excludedInVain } from './excluded-in-vain.ts';
import { type Ignores, ignoresOf, withoutIgnored } from './ignores.ts';
import type { LockFlags } from './lock.ts';
import { readPaths } from './read-inputs.ts';

/** Everything that a compilation needs from outside. */
export interface CompileInput {
  /** Whether natc itself listed the objects: then they are all there. */
  readonly listedByNatc: boolean;
  /** Emptied once they are compiled. */
  readonly inputs: Input[];
  /** How many files and directories --exclude leaves out. */
  readonly excluded: number;
  readonly effective: EffectiveOptions;
  /** Where options come from that a configuration file set. */
  readonly optionPlaces: ReadonlyMap<keyof CompileOptions, Place>;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether text that may have been cut off is an error. */
  readonly refusesCutOff: boolean;
  /** Whether input without a single object is no error. */
  readonly mayBeEmpty: boolean;
  readonly clock: StageClock;
  readonly ignores: Ignores;
  readonly tellsUncompiled: boolean;
  /** Whether to do what the control plane would before the objects are compiled. */
  readonly completes: boolean;
  readonly laysOut: boolean;
  /** What says which cluster the manifests are laid on, and where values are kept. */
  readonly completion: BaseFlags & LockFlags;
}

/** What a command asks of its input. */
export interface InputDemands {
  /** Where the command has others than the rest. */
  readonly defaults?: Partial<CompileOptions>;
  readonly refusesCutOff?: boolean;
  readonly mayBeEmpty?: boolean;
  /** Whether to warn of what says that something is ignored, and is in vain or without a reason. */
  readonly judgesIgnored?: boolean;
  /** Whether Services that could not be compiled in full are an error, though the rest is compiled. */
  readonly tellsUncompiled?: boolean;
  /** Whether to complete the objects if no flag says so; undefined: the command never does. */
  readonly completes?: boolean;
  /** Whether the command needs the nftables ruleset for certain. */
  readonly laysOut?: boolean;
}

/** Of the commands that say everything that is wrong with an input. */
export const judgingDemands: InputDemands = { judgesIgnored: true };

/** Of a side of a diff. */
export const sideDemands: InputDemands = {
  mayBeEmpty: true,
  tellsUncompiled: true,
  completes: true,
};

/** Of the commands from whose answer somebody concludes that all is well. */
export const answeringDemands: InputDemands = { tellsUncompiled: true, completes: true };

/** Of natc compile: a ruleset for a node holds nothing that nobody allocated, unless somebody asks for it. */
export const compileDemands: InputDemands = { ...judgingDemands, completes: false };

export const applyDemands: InputDemands = { defaults: applyDefaults, refusesCutOff: true };

/** What natc itself listed. */
export interface Listing {
  readonly inputs: readonly Input[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the manifests, or lists the cluster, and reads the KubeProxyConfiguration that the flags name.
 *
 * @param list gives the objects of the cluster, where it is one
 */
export async function readCompileInput(
  flags: CompileFlags,
  paths: readonly string[],
  clock: StageClock = stageClock(),
  {
    defaults = {},
    refusesCutOff = false,
    mayBeEmpty = false,
    judgesIgnored = false,
    tellsUncompiled = false,
    completes,
    laysOut = true,
  }: InputDemands = {},
  list: () => Promise<Listing> = () => listInputs(flags),
): Promise<CompileInput> {
  const { inputs, diagnostics, excluded, excludedBy } = await (flags.fromCluster === true
    ? clock.run('list', async () => ({
        ...(await list()),
        ...{ excluded: [], excludedBy: new Set<string>() },
      }))
    : clock.run('input', () => readPaths(paths, flags, !refusesCutOff)));
  const kubeProxy = await readConfig(flags.config, refusesCutOff);
  const layers = effectiveOptions({
    defaults,
    kubeProxy,
    natc: flags.natc,
    flags: optionsFromFlags(flags),
  });
  return {
    listedByNatc: flags.fromCluster === true,
    inputs: [...inputs],
    excluded: excluded.length,
    effective: layers,
    optionPlaces: layers.places,
    diagnostics: [
      ...(flags.natc?.diagnostics ?? []),
      ...(mayBeEmpty ? takingEmpty(diagnostics) : diagnostics),
      ...(await excludedInVain(flags, excludedBy)),
      ...(kubeProxy?.diagnostics ?? []),
    ],
    refusesCutOff,
    mayBeEmpty,
    clock,
    ignores: ignoresOf(flags, judgesIgnored),
    tellsUncompiled,
    laysOut,
    completes: completes !== undefined && (flags.allocate ?? (completes || isOnBase(flags))),
    completion: flags,
  };
}

const isOnBase = ({ base }: BaseFlags): boolean => typeof base === 'string';

/** What a command that compiles starts from. */
export interface CompiledInput {
  /** What it was compiled with. */
  readonly options: CompileOptions;
  readonly diagnostics: readonly Diagnostic[];
  /** Those of how the input is written, and those of what was compiled. */
  readonly read: readonly Diagnostic[];
  readonly compiled: readonly Diagnostic[];
  /** Undefined when there is an error among the diagnostics. */
  readonly output: CompileOutput | undefined;
  /** The Services that were not compiled in full; empty where nobody asked. */
  readonly uncompiled: readonly Uncompiled[];
  /** What was compiled in place of the objects as they were written; undefined: these. */
  readonly completed: CompletedSide | undefined;
  readonly size: InputSize;
  readonly objects: readonly SourceObject[];
  /** Objects of other kinds, by kind. */
  readonly skipped: ReadonlyMap<string, number>;
  readonly notRead: NotRead;
}

/** What lies among the manifests and was not read. */
export interface NotRead {
  readonly foreign: readonly string[];
  readonly excluded: number;
}

/** From flags to a compiled ruleset. Only `--stats` are printed; what is wrong is in the diagnostics. */
export async function compileInput(
  flags: CompileFlags,
  paths: readonly string[],
  terminal: Terminal,
  demands: InputDemands = {},
): Promise<CompiledInput> {
  const clock = commandClock(flags, terminal);
  const compiled = await compileRead(await readCompileInput(flags, paths, clock, demands));
  await reportStages(clock, flags, terminal);
  return compiled;
}

/** The same for what was read already. */
export async function compileRead(input: CompileInput): Promise<CompiledInput> {
  const read = await readWritten(input);
  return compileWritten(input, read, await completeInput(input, read.result));
}

/** What the control plane would make of what was read; undefined where nobody asked. */
export async function completeInput(
  { completes, completion, effective: { options } }: CompileInput,
  read: ReadResult,
): Promise<CompletedSide | undefined> {
  if (!completes) return undefined;
  const base = await readBase(completion, (of) => readFindings(of, options));
  return completeOn(base, read, options, completion);
}

/** The objects of an input, before anything is made of them. */
export interface WrittenInput {
  readonly result: ReadResult;
  readonly files: number;
}

/** Reads the objects; the bytes are gone then. */
export async function readWritten({
  inputs,
  clock,
  completes,
}: CompileInput): Promise<WrittenInput> {
  const { tuneNode } = await import('../tune-node.ts');
  const { readObjects } = await import('../../read/read.ts');
  tuneNode();
  const result = clock.run('read', () => readObjects(inputs, undefined, completes));
  // A text that can come back goes, but what was read through a WeakRef stays until the next turn of the event loop.
  if (inputs.some(({ textAgain }) => textAgain !== undefined))
    await new Promise((resolve) => setImmediate(resolve));
  const gone = inputs.splice(0);
  for (const { bytes, textAgain } of gone) if (textAgain === undefined) letGo(bytes);
  return { result, files: gone.length };
}

/**
 * Gives back bytes that nobody needs any more: of a big cluster 200 MB. Old as they are, the collector would leave
 * them until long after the peak; of what was handed over to nobody it takes them the next time.
 */
function letGo({ buffer, byteLength }: Uint8Array): void {
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isOwn && byteLength > 2 ** 20) structuredClone(buffer, { transfer: [buffer] });
}

/** @param completed what the control plane would have made of the objects; undefined: they are taken as they are */
export async function compileWritten(
  {
    listedByNatc,
    excluded,
    effective,
    optionPlaces,
    diagnostics,
    refusesCutOff,
    mayBeEmpty,
    clock,
    ignores,
    tellsUncompiled,
    completion,
    laysOut,
  }: CompileInput,
  { result: read, files }: WrittenInput,
  completed?: CompletedSide,
): Promise<CompiledInput> {
  const { refusingCutOff } = await import('../../read/cut-off.ts');
  const { compile } = await import('../../compile.ts');
  const objects = completed?.objects ?? read.objects;
  const compilation = compile(objects, effective.options, {
    ...{ optionPlaces, runStage: clock.run, laysOut },
  });
  const all = takingWorkloads(
    readFindings(read, effective.options),
    isOnBase(completion),
    read.others,
  );
  const found = mayBeEmpty ? takingEmpty(all) : all;
  const reported = refusesCutOff ? refusingCutOff(found) : found;
  const partly = tellsUncompiled ? await uncompiledOf(objects, compilation.output) : [];
  const { heardUncompiled, sayUncompiled, unknownEndpoints } = await import(
    '../../plan/uncompiled.ts'
  );
  const told = [
    ...diagnostics,
    ...reported,
    ...(completed === undefined ? [] : await completionFindings(completed, tellsUncompiled)),
    ...compilation.diagnostics,
    ...unknownEndpoints(partly),
  ];
  const { heard, complaints } = await withoutIgnored(ignores, objects, told);
  const uncompiled = heardUncompiled(partly, heard);
  return {
    options: effective.options,
    diagnostics: [...heard, ...complaints, ...sayUncompiled(uncompiled)],
    uncompiled,
    completed,
    read: [...found, ...complaints],
    compiled: compilation.diagnostics,
    output: hasErrors(told) ? undefined : compilation.output,
    size: { files: listedByNatc ? 'cluster' : files, objects: read.objects.length },
    objects,
    skipped: withoutKinds(read.skipped, read.others),
    notRead: { foreign: read.foreign, excluded },
  };
}

/** Only of a ruleset that somebody may load it is a warning that values are made up. */
const completionFindings = async (completed: CompletedSide, isAnswer: boolean) =>
  isAnswer ? completed.diagnostics : inventedFindings(completed);

/** Workloads that were looked at were not skipped. */
function withoutKinds(
  skipped: ReadonlyMap<string, number>,
  others: readonly SourceObject[],
): ReadonlyMap<string, number> {
  const left = new Map(skipped);
  for (const { kind } of others) left.set(kind, (left.get(kind) ?? 1) - 1);
  return new Map([...left].filter(([, count]) => count > 0));
}

async function uncompiledOf(
  objects: readonly SourceObject[],
  output: CompileOutput | undefined,
): Promise<readonly Uncompiled[]> {
  if (output === undefined) return [];
  const { uncompiledServices } = await import('../../plan/uncompiled.ts');
  return uncompiledServices(objects, output.cluster, output.settings);
}

/**
 * What reading found. `--validate warn` leaves out an object that nobody can read, since no one object
 * may keep the others from being compiled, and compiles a List of nothing: a node without Services. (apply
 * has a guard of its own against an input that lost its Services.) No bytes at all are no List.
 */
export function readFindings(
  { diagnostics, leftOut, cutOff }: Pick<ReadResult, 'diagnostics' | 'leftOut' | 'cutOff'>,
  { validate }: CompileOptions,
): readonly Diagnostic[] {
  const all = [...diagnostics, ...cutOff];
  if (validate === 'strict') return all;
  return all.map((diagnostic) => {
    if (diagnostic.code === 'NATC1005')
      return { ...diagnostic, severity: 'warning', wasError: true };
    if (!leftOut.has(diagnostic)) return diagnostic;
    return {
      ...diagnostic,
      severity: 'warning',
      wasError: true,
      message: `left out, nothing is set up for it: ${diagnostic.message}`,
    };
  });
}

/**
 * What `-f` names; stdin when nothing is named and something is piped in; nothing where the cluster is
 * listed; undefined where there is no input.
 */
export function inputPaths(
  flags: CompileFlags,
  { stdinIsTerminal }: Terminal,
): readonly string[] | undefined {
  if (flags.fromCluster === true) return [];
  if (flags.filename !== undefined) return flags.filename;
  if (Array.isArray(flags.kustomize)) return [];
  return stdinIsTerminal ? undefined : ['-'];
}

/** What the file of `--config` says; undefined without one. */
export async function readConfig(path: string | undefined, refusesCutOff: boolean) {
  if (path === undefined) return undefined;
  const { readKubeProxyLayer } = await import('../config/layers.ts');
  return readKubeProxyLayer(path, refusesCutOff);
}

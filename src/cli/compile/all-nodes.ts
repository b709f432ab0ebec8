import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Invented, nothingInvented } from '../../allocate/invented.ts';
import type { ForNode } from '../../compile.ts';
import { type Diagnostic, hasErrors, isPrinted } from '../../diagnostics/diagnostic.ts';
import type { SourceObject } from '../../diagnostics/source.ts';
import { systemErrorText } from '../../host/machine/system-error.ts';
import type { CompileOptions } from '../../options.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import {
  compileDemands,
  completeInput,
  inputPaths,
  readCompileInput,
  readFindings,
  readWritten,
} from '../input/compile-input.ts';
import { inventedFindings } from '../input/completion.ts';
import { withoutIgnored } from '../input/ignores.ts';
import { ofNoNode, oneNodeFlagProblem } from '../input/one-node-flags.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock, reportStages } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { formatLimits, type outputFormats, rulesetText } from './output-formats.ts';
import { extensions, pruneNodes } from './prune-nodes.ts';

interface AllNodesFlags extends CompileFlags {
  readonly output: keyof typeof outputFormats;
  readonly outFile?: string;
  readonly allNodes?: boolean;
  readonly outDir?: string;
  readonly prune?: boolean;
  readonly compiledDir?: string;
}

/**
 * `natc compile --all-nodes`: one file for each Node object, `NODE.nft`. A file that says the same
 * already is left alone, so that its time tells of the last change. After an error in the input no
 * file is touched; where planning fails for one node, that node's file is not. With `--prune` the files of
 * nodes that are not in the input go, once all others are written and only if nothing is in doubt.
 */
export async function compileAllNodes(flags: AllNodesFlags, terminal: Terminal): Promise<ExitCode> {
  const misuse = misuseOf(flags);
  if (misuse !== undefined) return cannotAnswer('compile', misuse, terminal);
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const clock = commandClock(flags, terminal);
  const input = await readCompileInput(flags, paths, clock, compileDemands);
  const { effective, optionPlaces, diagnostics, listedByNatc } = input;
  const { prepareCluster } = await import('../../compile.ts');
  const { result: read, files: count } = await readWritten(input);
  const completed = await completeInput(input, read);
  const objects = completed?.objects ?? read.objects;
  const files = listedByNatc ? 'cluster' : count;
  const prepared = clock.run('model', () =>
    prepareCluster(objects, ofNoNode(effective.options), { optionPlaces }),
  );
  const found = [
    ...diagnostics,
    ...readFindings(read, effective.options),
    ...(completed === undefined ? [] : await inventedFindings(completed)),
    ...prepared.diagnostics,
  ];
  const { forNode } = prepared;
  const written =
    forNode === undefined || hasErrors(found)
      ? exitCodes.cannotAnswer
      : await clock.run('nodes', () =>
          writeNodes(
            prepared.nodeNames,
            forNode,
            found,
            { options: effective.options, invented: completed?.invented ?? nothingInvented },
            flags,
            terminal,
          ),
        );
  const isDone = written === exitCodes.success && !hasErrors(found);
  // An object that could not be read may be a Node.
  const isKnown = ![...read.diagnostics, ...read.cutOff].some(isPrinted);
  const pruned =
    flags.prune === true && isDone && isKnown
      ? await prune(read.objects, found, flags, terminal)
      : exitCodes.success;
  const { heard, complaints } = await withoutIgnored(input.ignores, objects, found);
  await printDiagnostics([...heard, ...complaints], flags, terminal, {
    files,
    objects: read.objects.length,
  });
  await reportStages(clock, flags, terminal);
  if (pruned !== exitCodes.success) return pruned;
  return hasErrors(found) ? exitWithoutOutput(found) : written;
}

/** Removes the files of nodes that left; adds to `found` what could not be removed. */
async function prune(
  objects: readonly SourceObject[],
  found: Diagnostic[],
  flags: AllNodesFlags,
  { stderr }: Terminal,
): Promise<ExitCode> {
  const names = objects.filter(({ kind }) => kind === 'Node').map(nameOf);
  // A Node without a name that can be read has a file all the same.
  if (names.includes(undefined)) return exitCodes.success;
  const nodes = new Set(names.flatMap((name) => name ?? []));
  const gone: string[] = [];
  const failure = await pruneNodes(flags.outDir ?? '.', flags.output, nodes, (file) =>
    gone.push(file),
  );
  if (flags.quiet !== true) await stderr.write(gone.map((file) => `removed ${file}\n`).join(''));
  if (failure === undefined) return exitCodes.success;
  found.push({
    code: 'NATC5008',
    severity: 'error',
    message: `cannot remove ${failure.file}, of a node that left: ${systemErrorText(failure.error)}`,
    places: [{ kind: 'option', option: '--prune', value: flags.outDir ?? '.' }],
    hint: 'check that the directory can be written',
  });
  return exitCodes.hostRefused;
}

function nameOf({ value }: SourceObject): string | undefined {
  const { metadata } = value;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return undefined;
  return typeof metadata.name === 'string' ? metadata.name : undefined;
}

function misuseOf(flags: AllNodesFlags): string | undefined {
  if (flags.outDir === undefined)
    return flags.allNodes === true ? '--all-nodes needs --out-dir' : '--prune needs --all-nodes';
  if (flags.allNodes !== true) return '--out-dir needs --all-nodes';
  if (flags.compiledDir !== undefined) return '--state-dir is for one node, --all-nodes for all';
  if (flags.outFile !== undefined) return '--all-nodes writes to --out-dir, not to --out-file';
  return oneNodeFlagProblem(flags);
}

/** Adds to `found` what is new: most of what one node's plan has to say, all the others' say too. */
async function writeNodes(
  names: readonly string[],
  forNode: ForNode,
  found: Diagnostic[],
  { options, invented }: { readonly options: CompileOptions; readonly invented: Invented },
  flags: AllNodesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const directory = flags.outDir ?? '.';
  await mkdir(directory, { recursive: true }).catch(() => {});
  const known = new Set(found.map(identity));
  for (const node of names) {
    const { diagnostics, output } = forNode(node);
    const limits = output === undefined ? [] : await formatLimits[flags.output]?.(output);
    for (const diagnostic of [...diagnostics, ...(limits ?? [])]) {
      if (known.has(identity(diagnostic))) continue;
      known.add(identity(diagnostic));
      found.push(diagnostic);
    }
    if (output === undefined || hasErrors(limits ?? [])) continue;
    const made = { options: { ...options, nodeName: node }, invented };
    const text = await rulesetText(output, made, flags.output);
    const path = join(directory, `${node}.${extensions[flags.output]}`);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
    const exitCode = await deliver(text, path, flags, terminal);
    if (exitCode !== exitCodes.success) return exitCode;
  }
  if (names.length > 0) return exitCodes.success;
  await terminal.stderr.write('natc: --all-nodes: the input holds no Node object\n');
  return exitCodes.cannotAnswer;
}

const identity = ({ code, message }: Diagnostic): string => `${code} ${message}`;

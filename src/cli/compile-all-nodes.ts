import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeCompilation } from '../compile-nodes.ts';
import { type Diagnostic, hasErrors } from '../diagnostics/diagnostic.ts';
import { exitWithoutOutput } from './cluster-input.ts';
import { inputPaths, readCompileInput } from './compile-input.ts';
import { deliver } from './deliver.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printDiagnostics } from './messages.ts';
import { ofNoNode, oneNodeFlagProblem } from './one-node-flags.ts';
import { formatLimits, outputFormats } from './output-formats.ts';
import type { CompileFlags } from './shared-options.ts';
import { commandClock, reportStages } from './stage-clock.ts';
import type { Terminal } from './terminal.ts';
import { reportNoInput } from './with-compiled.ts';

interface AllNodesFlags extends CompileFlags {
  readonly output: keyof typeof outputFormats;
  readonly outFile?: string;
  readonly allNodes?: boolean;
  readonly outDir?: string;
  readonly stateDir?: string;
}

const extensions: Readonly<Record<keyof typeof outputFormats, string>> = {
  nft: 'nft',
  'nft-json': 'json',
  json: 'json',
  iptables: 'iptables',
  plan: 'json',
  summary: 'txt',
};

/**
 * `natc compile --all-nodes`: one file for each Node object, `NODE.nft`. A file that says the same
 * already is left alone, so that its time tells of the last change. After an error in the input no
 * file is touched; where planning fails for one node, that node's file is not.
 */
export async function compileAllNodes(flags: AllNodesFlags, terminal: Terminal): Promise<ExitCode> {
  const misuse = misuseOf(flags);
  if (misuse !== undefined) {
    await terminal.stderr.write(`natc: ${misuse}\nSee 'natc compile --help'.\n`);
    return exitCodes.cannotAnswer;
  }
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const clock = commandClock(flags, terminal);
  const input = await readCompileInput(flags, paths, clock);
  const { inputs, effective, optionPlaces, diagnostics, listedByNatc } = input;
  const { readObjects } = await import('../read/read.ts');
  const { compileNodes } = await import('../compile-nodes.ts');
  const read = clock.run('read', () => readObjects(inputs));
  const count = inputs.splice(0).length;
  const files = listedByNatc ? 'cluster' : count;
  const compiled = clock.run('model', () =>
    compileNodes(read.objects, ofNoNode(effective.options), optionPlaces),
  );
  const found = [...diagnostics, ...read.diagnostics, ...compiled.diagnostics];
  const written = hasErrors(found)
    ? exitCodes.cannotAnswer
    : await clock.run('nodes', () => writeNodes(compiled.nodes, found, flags, terminal));
  await printDiagnostics(found, flags, terminal, { files, objects: read.objects.length });
  await reportStages(clock, flags, terminal);
  return hasErrors(found) ? exitWithoutOutput(found) : written;
}

function misuseOf(flags: AllNodesFlags): string | undefined {
  if (flags.outDir === undefined) return '--all-nodes needs --out-dir';
  if (flags.allNodes !== true) return '--out-dir needs --all-nodes';
  if (flags.stateDir !== undefined) return '--state-dir is for one node, --all-nodes for all';
  if (flags.outFile !== undefined) return '--all-nodes writes to --out-dir, not to --out-file';
  return oneNodeFlagProblem(flags);
}

/** Adds to `found` what is new: most of what one node's plan has to say, all the others' say too. */
async function writeNodes(
  nodes: Iterable<NodeCompilation>,
  found: Diagnostic[],
  flags: AllNodesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const directory = flags.outDir ?? '.';
  await mkdir(directory, { recursive: true }).catch(() => {});
  const known = new Set(found.map(identity));
  let count = 0;
  for (const { node, diagnostics, output } of nodes) {
    count++;
    const limits = output === undefined ? [] : await formatLimits[flags.output]?.(output);
    for (const diagnostic of [...diagnostics, ...(limits ?? [])]) {
      if (known.has(identity(diagnostic))) continue;
      known.add(identity(diagnostic));
      found.push(diagnostic);
    }
    if (output === undefined || hasErrors(limits ?? [])) continue;
    const text = await outputFormats[flags.output](output);
    const path = join(directory, `${node}.${extensions[flags.output]}`);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue;
    const exitCode = await deliver(text, path, flags, terminal);
    if (exitCode !== exitCodes.success) return exitCode;
  }
  if (count > 0) return exitCodes.success;
  await terminal.stderr.write('natc: --all-nodes: the input holds no Node object\n');
  return exitCodes.cannotAnswer;
}

const identity = ({ code, message }: Diagnostic): string => `${code} ${message}`;

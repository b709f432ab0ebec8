import type { Dirent, Stats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { decompress, isGzip } from './compressed.ts';
import { type Exclusion, exclusionOf } from './exclude.ts';

/** One input as bytes, decompressed. `name` is the path as the user typed it, or `<stdin>`. */
export interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where the user did not name it but what it lies in, so that it need be no manifest. */
  readonly found?: 'in a directory' | 'in a chart';
  /**
   * The bytes as text, put together once more: where it can be, the text need not stay in memory for the rare
   * diagnostic that points into it.
   */
  readonly textAgain?: () => string;
}

export interface CollectedInputs {
  readonly inputs: readonly Input[];
  readonly diagnostics: readonly Diagnostic[];
  /** Files and directories that were left out because the user said so. */
  readonly excluded: readonly string[];
  /** The patterns that left something out. */
  readonly excludedBy: ReadonlySet<string>;
}

/** What the names stand for beside themselves. */
export interface CollectOptions {
  /** Patterns of files and directories to leave out; see {@link exclusionOf}. */
  readonly exclude?: readonly string[];
  /** Those of the paths that a pattern of the user's matches. */
  readonly matched?: ReadonlySet<string>;
}

/**
 * The most bytes of one input: beyond 40,000 Services with ten endpoints each as YAML, and below
 * what a JavaScript string can hold (512 MiB).
 */
export const largestInput = 256 * 1024 * 1024;

/** What a reader of stdin throws when there is more than `largestInput`; see `readLimited`. */
class TooLarge extends Error {}

/** All bytes of a stream (stdin, a FIFO), of which no more than `largestInput` are taken. */
export async function readLimited(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > largestInput) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

interface Collector {
  readonly inputs: Input[];
  readonly diagnostics: Diagnostic[];
  /** Real paths of what was read, since one file can be named in several ways. */
  readonly seen: Set<string>;
  readonly excluded: string[];
  readonly excludedBy: Set<string>;
  readonly isExcluded: Exclusion;
  readonly matched: ReadonlySet<string>;
}

/**
 * Reads the files, directories and `-` (stdin) that the user named, each once and in their order. Of
 * a directory and those below it, the .yaml, .yml and .json files are read in name order, compressed ones
 * (.gz) too; names that begin with a dot are passed over, and so are links to directories, as kubectl does. What
 * cannot be read becomes a diagnostic (NATC1001 to NATC1003, NATC1060, NATC1067), and the rest is still read.
 *
 * @param stdin gives all bytes of stdin, best by `readLimited`; called once at most
 */
export async function collectInputs(
  paths: readonly string[],
  stdin: () => Promise<Uint8Array>,
  { exclude = [], matched = new Set() }: CollectOptions = {},
): Promise<CollectedInputs> {
  const collector = newCollector(exclude, matched);
  for (const path of new Set(paths)) {
    if (path === '-') {
      await attempt(collector, '<stdin>', async () => {
        await addInput(collector, { name: '<stdin>', bytes: await stdin() });
      });
    } else await readPath(collector, path);
  }
  const { inputs, diagnostics, excluded, excludedBy } = collector;
  const [first] = excluded;
  if (first !== undefined && inputs.length + diagnostics.length === 0)
    report(collector, 'NATC1067', first, 'nothing is left to read: all of it is excluded');
  return { inputs, diagnostics, excluded, excludedBy };
}

/** Unpacks what is compressed of bytes that come from elsewhere. */
export async function unpackInputs(
  files: readonly Input[],
): Promise<Pick<CollectedInputs, 'inputs' | 'diagnostics'>> {
  const collector = newCollector([], new Set());
  for (const file of files) await attempt(collector, file.name, () => addInput(collector, file));
  const { inputs, diagnostics } = collector;
  return { inputs, diagnostics };
}

function newCollector(exclude: readonly string[], matched: ReadonlySet<string>): Collector {
  const excludedBy = new Set<string>();
  return {
    inputs: [],
    diagnostics: [],
    seen: new Set(),
    excluded: [],
    excludedBy,
    isExcluded: exclusionOf(exclude, excludedBy),
    matched,
  };
}

async function readPath(collector: Collector, path: string): Promise<void> {
  await attempt(collector, path, async () => {
    const info = await stat(path);
    if (!info.isDirectory()) {
      if (!leavesOut(collector, path))
        await readOnce(collector, path, info, collector.matched.has(path));
      return;
    }
    const before = collector.excluded.length;
    const count = await readDirectory(collector, path);
    if (count === 0 && collector.excluded.length === before)
      report(collector, 'NATC1002', path, `${path} holds no .yaml, .yml or .json file`);
  });
}

function leavesOut({ isExcluded, excluded }: Collector, path: string, directory?: string): boolean {
  if (!isExcluded(path, directory)) return false;
  excluded.push(path);
  return true;
}

/** Reads what is in a directory; gives how many manifests there are. */
async function readDirectory(collector: Collector, directory: string): Promise<number> {
  let count = 0;
  const pending = [directory];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const parent = next;
    const entries = await readdir(parent, { withFileTypes: true }).catch((error: unknown) => {
      reportFailure(collector, parent, error);
      count++;
      return [];
    });
    const directories: string[] = [];
    for (const entry of entries.sort(byName)) {
      if (entry.name.startsWith('.')) continue;
      const path = join(parent, entry.name);
      if (!entry.isDirectory() && !isManifest(entry)) continue;
      if (leavesOut(collector, path, directory)) continue;
      if (entry.isDirectory()) directories.push(path);
      else {
        await attempt(collector, path, async () => {
          const info = await stat(path);
          if (!info.isFile()) return;
          count++;
          await readOnce(collector, path, info, true);
        });
      }
    }
    pending.push(...directories.reverse());
  }
  return count;
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const isManifest = (entry: Dirent): boolean => isManifestName(entry.name);

/** Whether a file that nobody named is taken for manifests. */
export const isManifestName = (name: string): boolean => /\.(?:ya?ml|json)(?:\.gz)?$/.test(name);

async function readOnce(
  collector: Collector,
  path: string,
  info: Stats,
  isFound: boolean,
): Promise<void> {
  // A pipe, e.g. of `<(kubectl ...)`, has no path of its own.
  const real = info.isFile() ? await realpath(path) : resolve(path);
  if (collector.seen.has(real)) return;
  collector.seen.add(real);
  if (info.isFile() && info.size > largestInput) throw new TooLarge();
  // Pipes, and files of /proc whose size is 0, are read until they end.
  const isSized = info.isFile() && info.size > 0;
  const bytes = isSized ? await readFile(path) : await readLimited(createReadStream(path));
  if (!isFound) return addInput(collector, { name: path, bytes });
  const found = (await liesInChart(path)) ? 'in a chart' : 'in a directory';
  return addInput(collector, { name: path, bytes, found });
}

/** Whether a file is one of the templates of a Helm chart: then it lies below the `templates` beside a Chart.yaml. */
async function liesInChart(path: string): Promise<boolean> {
  const steps = resolve(path).split('/');
  for (const [index, step] of steps.entries()) {
    if (step !== 'templates' || index === steps.length - 1) continue;
    const chart = join('/', ...steps.slice(0, index), 'Chart.yaml');
    if (
      await stat(chart).then(
        (info) => info.isFile(),
        () => false,
      )
    )
      return true;
  }
  return false;
}

async function addInput(collector: Collector, input: Input): Promise<void> {
  const { name, bytes } = input;
  if (bytes.length > largestInput) throw new TooLarge();
  if (!isGzip(bytes)) {
    collector.inputs.push(input);
    return;
  }
  const unpacked = await decompress(bytes, largestInput);
  switch (unpacked.kind) {
    case 'bytes':
      collector.inputs.push({ ...input, bytes: unpacked.bytes });
      return;
    case 'too large':
      throw new TooLarge('decompressed');
    case 'cut off':
    case 'damaged': {
      const hint =
        unpacked.kind === 'cut off' ? 'did the command that wrote it fail?' : 'try `gzip -t`';
      report(collector, 'NATC1060', name, `the gzip data of ${name} is ${unpacked.kind}`, hint);
    }
  }
}

/** Runs a step of reading `path`; a failure is reported and ends only that step. */
async function attempt(
  collector: Collector,
  path: string,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    reportFailure(collector, path, error);
  }
}

function reportFailure(collector: Collector, path: string, error: unknown): void {
  if (error instanceof TooLarge) {
    const hint = 'give only Services, EndpointSlices and Nodes, or split the input';
    report(
      collector,
      'NATC1003',
      path,
      `${path} is larger than 256 MiB${error.message === '' ? '' : `, ${error.message}`}`,
      hint,
    );
    return;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons.get(code) ?? (error instanceof Error ? error.message : String(error));
  const isUrl = /^https?:\/\//.test(path);
  const hint = isUrl
    ? `natc reads no URLs: \`curl -fsSL -o FILE '${path}'\`, then name the file`
    : undefined;
  report(collector, 'NATC1001', path, `cannot read ${path}: ${reason}`, hint);
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or directory'],
  ['ENOTDIR', 'no such file or directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'a symbolic link leads back to itself'],
  ['EMFILE', 'too many open files'],
  ['EIO', 'input/output error'],
]);

function report(
  collector: Collector,
  code: DiagnosticCode,
  name: string,
  message: string,
  hint?: string,
): void {
  collector.diagnostics.push({
    code,
    severity: 'error',
    message,
    places: [{ kind: 'file', name }],
    ...(hint !== undefined && { hint }),
  });
}

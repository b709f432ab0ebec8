import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** One input as bytes. `name` is the path as the user typed it, or `<stdin>`. */
export interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface CollectedInputs {
  readonly inputs: readonly Input[];
  readonly diagnostics: readonly Diagnostic[];
}

const manifest = /\.(ya?ml|json)$/;

async function readPath(path: string, inputs: Input[]): Promise<void> {
  const info = await stat(path);
  if (!info.isDirectory()) {
    inputs.push({ name: path, bytes: await readFile(path) });
    return;
  }
  const entries = await readdir(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.isDirectory() || manifest.test(entry.name)) {
      await readPath(join(path, entry.name), inputs);
    }
  }
}

/**
 * Reads the files, directories (recursively: .yaml, .yml, .json, in name order) and `-` (stdin) that
 * the user named. What cannot be read becomes a diagnostic; the rest is still read.
 */
export async function collectInputs(
  paths: readonly string[],
  stdin: () => Promise<Uint8Array>,
): Promise<CollectedInputs> {
  const inputs: Input[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    try {
      if (path === '-') inputs.push({ name: '<stdin>', bytes: await stdin() });
      else await readPath(path, inputs);
    } catch (error) {
      diagnostics.push({
        code: 'NATC1001',
        severity: 'error',
        message: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
        places: [{ kind: 'file', name: path }],
      });
    }
  }
  return { inputs, diagnostics };
}

import { hash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remembered } from '../incremental/remembered.ts';
import { makeStateDirectory } from '../live/state-directory.ts';

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** Files kept: compilations with so many different options, e.g. for several nodes. */
const keptFiles = 4;

/** Larger ones are not kept: 20,000 Services with ten endpoints each take 40 MB. */
const largestFile = 256 * 1024 * 1024;

const filePattern = /^compiled-[0-9a-f]{16}\.nft$/;

const pathOf = (directory: string, options: string): string =>
  join(directory, `compiled-${options.slice(0, 16)}.nft`);

/**
 * What a compilation left behind, from the state directory.
 *
 * @param options the hash of the options; see {@link Remembered}
 * @returns undefined when there is none, or none that is whole
 */
export async function loadRemembered(
  directory: string,
  options: string,
): Promise<Remembered | undefined> {
  try {
    const bytes = await readFile(pathOf(directory, options));
    const headStart = bytes.indexOf('\n') + 1;
    const textStart = bytes.indexOf('\n', headStart) + 1;
    const head = bytes.subarray(headStart, textStart);
    const text = bytes.subarray(textStart);
    if (bytes.toString('latin1', 0, headStart) !== firstLine(head, text)) return undefined;
    const known = JSON.parse(head.toString());
    // A ruleset is ASCII, and so is quicker to read.
    return known.options === options ? { ...known, text: text.toString('latin1') } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes it, for the next compilation with the same options. The file is not synced to the disk: it
 * begins with a digest, and a broken one only costs time.
 *
 * @throws the system's error when the directory cannot be written
 */
export async function storeRemembered(
  directory: string,
  { text, ...known }: Remembered,
): Promise<void> {
  await makeStateDirectory(directory);
  const path = pathOf(directory, known.options);
  const head = Buffer.from(`${JSON.stringify(known)}\n`);
  const body = Buffer.from(text, 'latin1');
  if (head.length + body.length > largestFile) return rm(path, { force: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, [firstLine(head, body), head, body], { mode: 0o600 });
  await rename(temporary, path);
  await prune(directory);
}

const firstLine = (head: Uint8Array, text: Uint8Array): string =>
  `natc ${format} ${hash('sha256', head)} ${hash('sha256', text)}\n`;

/** Removes all but the newest files, and what a killed process left half-written. */
async function prune(directory: string): Promise<void> {
  const files: { readonly path: string; readonly isWhole: boolean; readonly time: number }[] = [];
  for (const name of await readdir(directory)) {
    if (!name.startsWith('compiled-')) continue;
    const path = join(directory, name);
    const time = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (time !== undefined) files.push({ path, isWhole: filePattern.test(name), time });
  }
  const whole = files.filter(({ isWhole }) => isWhole).sort((a, b) => b.time - a.time);
  const left = files.filter(({ isWhole, time }) => !isWhole && time < Date.now() - 60_000);
  for (const { path } of [...whole.slice(keptFiles), ...left]) await rm(path, { force: true });
}

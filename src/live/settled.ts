import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NftFamily } from '../ruleset/ast.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { Sysctl } from './sysctl.ts';

/**
 * What the last apply that did everything left behind: the mark that nothing after the change of the
 * rules was cut short (pins, connections, sysctls), and what the input was, so that the same input
 * again need not even be parsed.
 */
export interface Settled {
  /** The revision's digest. */
  readonly digest: string;
  /** The tables that carry it. */
  readonly families: readonly NftFamily[];
  /** Hash of input, options and natc's version; undefined when it was not an input (rollback). */
  readonly input: string | undefined;
  /** Warnings that compiling the input gave. */
  readonly warnings: number;
  readonly sysctls: readonly Sysctl[];
}

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const settledFile = (directory: string): string => join(directory, 'settled.json');

/** @throws the system's error when the directory cannot be written */
export const storeSettled = (directory: string, settled: Settled): Promise<void> =>
  writeFileAtomically(settledFile(directory), `${JSON.stringify({ format, ...settled })}\n`);

/** Undefined when there is none, or none that this natc can read. */
export async function loadSettled(directory: string): Promise<Settled | undefined> {
  try {
    const { format: found, ...settled } = JSON.parse(
      await readFile(settledFile(directory), 'utf8'),
    );
    const isWhole =
      typeof settled.digest === 'string' &&
      Array.isArray(settled.families) &&
      Array.isArray(settled.sysctls);
    return found === format && isWhole ? settled : undefined;
  } catch {
    return undefined;
  }
}

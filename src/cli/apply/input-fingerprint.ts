import { createHash } from 'node:crypto';
import type { CompileOptions } from '../../options.ts';
import type { CompileInput } from '../input/compile-input.ts';
import type { Ignores } from '../input/ignores.ts';
import { version } from '../version.ts';

/** The same for the same bytes, options and natc, and for nothing else. */
export function inputFingerprint({ inputs, effective, ignores }: CompileInput): string {
  const hash = createHash('sha256');
  hash.update(`${version()}\n${settingsText(effective.options, ignores)}\n`);
  for (const { bytes } of inputs) hash.update(`${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

/** Everything besides the input that decides what is compiled, and what is said of it. */
export const settingsText = (options: CompileOptions, { rules }: Ignores): string =>
  JSON.stringify([options, rules.map(({ code, object }) => [code, object])]);

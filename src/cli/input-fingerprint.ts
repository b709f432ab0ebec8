import { createHash } from 'node:crypto';
import type { CompileInput } from './compile-input.ts';
import { version } from './version.ts';

/** The same for the same bytes, options and natc, and for nothing else. */
export function inputFingerprint({ inputs, effective }: CompileInput): string {
  const hash = createHash('sha256');
  hash.update(`${version()}\n${JSON.stringify(effective.options)}\n`);
  for (const { bytes } of inputs) hash.update(`${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

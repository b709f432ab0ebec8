import { hash } from 'node:crypto';
import { isPrinted } from '../diagnostics/diagnostic.ts';
import type { Items } from '../incremental/items.ts';
import type { Recompilation } from '../incremental/recompile.ts';
import type { Remembered } from '../incremental/remembered.ts';
import type { Compiled, CompileInput } from './compile-input.ts';
import type { CompileFlags } from './shared-options.ts';
import type { StageClock } from './stage-clock.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

interface ChangesFlags extends CompileFlags {
  readonly stateDir: string;
}

/** Tells the objects of the input apart. */
export async function splitInput({ inputs, clock }: CompileInput): Promise<Items> {
  const { splitItems } = await import('../incremental/items.ts');
  return clock.run('split', () => splitItems(inputs));
}

/**
 * Compiles what has changed since what is kept in the state directory, and says with `--stats` how much
 * that was.
 *
 * @returns undefined when all has to be compiled
 */
export async function recompileInput(
  input: CompileInput,
  items: Items,
  flags: ChangesFlags,
  { stderr }: Terminal,
): Promise<Extract<Recompilation, { kind: 'spliced' }> | undefined> {
  const { clock, diagnostics, effective, inputs, optionPlaces } = input;
  // Notes are not kept.
  if (diagnostics.length > 0 || flags.verbose === true) return undefined;
  const { loadRemembered } = await import('./remembered-store.ts');
  const before = await clock.run('recall', () =>
    loadRemembered(flags.stateDir, optionsHash(input)),
  );
  if (before === undefined) return undefined;
  const { recompile } = await import('../incremental/recompile.ts');
  const result = clock.run('changes', () =>
    recompile(before, items, inputs, effective.options, optionPlaces),
  );
  const says =
    result.kind === 'full'
      ? `all compiled: ${result.because}`
      : `${result.services.size} Services compiled, the others as before`;
  if (flags.stats === true) await stderr.write(`${says}\n`);
  return result.kind === 'full' ? undefined : result;
}

/** Compilations with other options, or by another natc, are nothing to start from. */
const optionsHash = ({ effective }: CompileInput): string =>
  hash('sha256', JSON.stringify([version(), effective.options]));

/**
 * What a full compilation leaves behind.
 *
 * @param text the ruleset as nft reads it
 * @returns undefined for one that warned: a warning is given every time, and needs its place in the input
 */
export async function rememberCompiled(
  input: CompileInput,
  items: Items,
  { output, objects, skipped, diagnostics }: Compiled,
  text: string,
): Promise<Remembered | undefined> {
  if (output === undefined || diagnostics.some(isPrinted)) return undefined;
  const others = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const { remember } = await import('../incremental/remembered.ts');
  return input.clock.run('remember', () =>
    remember(output, text, items, objects, others, optionsHash(input)),
  );
}

/** @throws the system's error when the state directory cannot be written */
export async function keepRemembered(
  remembered: Remembered,
  stateDirectory: string,
  clock: StageClock,
): Promise<void> {
  const { storeRemembered } = await import('./remembered-store.ts');
  await clock.run('keep', () => storeRemembered(stateDirectory, remembered));
}

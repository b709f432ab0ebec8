import { hash } from 'node:crypto';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import type { ChangesCompilation } from '../../recompile/compile-changes.ts';
import type { Items } from '../../recompile/items.ts';
import type { KnownCompilation } from '../../recompile/known.ts';
import { settingsText } from '../apply/input-fingerprint.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { StageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import type { CompiledInput, CompileInput } from './compile-input.ts';
import { withoutIgnored } from './ignores.ts';

interface ChangesFlags extends CompileFlags {
  readonly stateDir: string;
}

/** Tells the objects of the input apart. */
export async function splitInput({ inputs, clock }: CompileInput): Promise<Items> {
  const { splitItems } = await import('../../recompile/items.ts');
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
): Promise<Extract<ChangesCompilation, { kind: 'changes' }> | undefined> {
  const { clock, diagnostics, effective, inputs, optionPlaces, ignores } = input;
  if (hasErrors(diagnostics)) return undefined;
  const { tuneNode } = await import('../tune-node.ts');
  const { loadCompilation } = await import('../../nftables/host/compilation-store.ts');
  tuneNode();
  const known = await clock.run('recall', () =>
    loadCompilation(flags.stateDir, optionsHash(input)),
  );
  if (known === undefined) return undefined;
  const { compileChanges } = await import('../../recompile/compile-changes.ts');
  const { options } = effective;
  const withNotes = flags.verbose === true;
  const result = clock.run('changes', () =>
    compileChanges(known, items, inputs, { options, optionPlaces, withNotes }),
  );
  if (flags.stats === true) await stderr.write(`${extentOf(result)}\n`);
  if (result.kind === 'everything') return undefined;
  const all = [...diagnostics, ...result.diagnostics];
  const told = await withoutIgnored(ignores, result.changed?.objects ?? [], all);
  // What is in vain here may be of use for what was not compiled now.
  if (told.complaints.length === 0) return { ...result, diagnostics: told.heard };
  ignores.ignoring?.startAgain();
  return undefined;
}

const extentOf = (result: ChangesCompilation): string =>
  result.kind === 'everything'
    ? `all compiled: ${result.because}`
    : result.changed === undefined
      ? 'something is wrong with what changed'
      : `${result.changed.services.size} Services compiled, the others as before`;

/** Does something with fragments that were kept. @returns undefined when one of them is damaged */
export async function unlessDamaged<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  const { DamagedFragment } = await import('../../nftables/canonical/written.ts');
  try {
    return await work();
  } catch (error) {
    if (error instanceof DamagedFragment) return undefined;
    throw error;
  }
}

/** Compilations with other options, or by another natc, are nothing to start from. */
const optionsHash = ({ effective, ignores }: CompileInput): string =>
  hash('sha256', `${version()}\n${settingsText(effective.options, ignores)}`);

/**
 * What a full compilation leaves behind.
 *
 * @returns undefined where something was to be said of how the input is written: that needs the input
 */
export async function rememberCompiled(
  input: CompileInput,
  items: Items,
  { output, objects, skipped, read, compiled }: CompiledInput,
): Promise<KnownCompilation | undefined> {
  if (output === undefined || read.length > 0) return undefined;
  const others = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const { remember } = await import('../../recompile/remember.ts');
  return input.clock.run('remember', () =>
    remember({ objects, output, diagnostics: compiled }, items, others, optionsHash(input)),
  );
}

/** @throws the system's error when the state directory cannot be written */
export async function keepCompilation(
  known: KnownCompilation,
  stateDirectory: string,
  clock: StageClock,
): Promise<void> {
  const { storeCompilation } = await import('../../nftables/host/compilation-store.ts');
  await clock.run('keep', () => storeCompilation(stateDirectory, known));
}

import { systemErrorText } from '../machine/system-error.ts';
import { listState, removeState, temporaryOf } from './state-file.ts';

/**
 * The files of the state directory that tell of no backend in particular; docs/apply.md says what is in each. What
 * tells of a backend's rules is a property of the backend. DIGEST stands for 32 hexadecimal digits, OPTIONS for 16.
 * The lock is not among them: it goes with {@link Lock}.
 */
export const sharedStateFiles: readonly string[] = [
  'fragments-DIGEST.pack',
  'compiled-OPTIONS.json',
  'compiled-OPTIONS.gz',
  'compiled-OPTIONS.changes.gz',
  'flows.json',
  'served.json',
  'served-objects.gz',
  'served-changes.gz',
  'lists.gz',
  'lists.json',
  'waiting.json',
  'confirm.json',
  'unconfirmed.json',
  'attempt.json',
  'warnings.json',
  'sysctls.json',
];

function like(name: string): RegExp {
  const escaped = name.replaceAll('.', '\\.');
  const digits = escaped.replace('DIGEST', '[0-9a-f]{32}').replace('OPTIONS', '[0-9a-f]{16}');
  return new RegExp(`^${digits}$`);
}

/** Whether a file's name is one of these, as {@link sharedStateFiles} writes them. */
export function isAmong(files: readonly string[]): (name: string) => boolean {
  const patterns = files.map(like);
  return (name) => patterns.some((pattern) => pattern.test(name));
}

/** Whether the state directory has one of these files. */
export const hasFilesOf = async (directory: string, files: readonly string[]): Promise<boolean> =>
  (await listState(directory)).some(isAmong(files));

/** A state file that is there still, and the system's word for why. */
export interface Unremoved {
  readonly name: string;
  readonly reason: string;
}

/**
 * Removes these files from the state directory, and what was being written of them; others are left alone. One that
 * cannot be removed stays.
 */
export async function forgetFilesOf(
  directory: string,
  files: readonly string[],
): Promise<{ readonly removed: readonly string[]; readonly left: readonly Unremoved[] }> {
  const isOver = isAmong(files);
  const removed: string[] = [];
  const left: Unremoved[] = [];
  for (const name of await listState(directory)) {
    if (!isOver(temporaryOf(name) ?? name)) continue;
    try {
      await removeState(directory, name);
      removed.push(name);
    } catch (error) {
      left.push({ name, reason: systemErrorText(error) });
    }
  }
  return { removed, left };
}

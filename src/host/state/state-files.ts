import type { BackendName } from '../../options.ts';
import { systemErrorText } from '../machine/system-error.ts';
import { listState, removeState, temporaryOf } from './state-file.ts';

/**
 * Every file that natc keeps in the state directory, and which backend it says something of; docs/apply.md
 * says what is in it. DIGEST stands for 32 hexadecimal digits, OPTIONS for 16. The lock is not among them:
 * it goes with {@link Lock}.
 */
export const stateFiles: Readonly<Record<string, BackendName | 'both'>> = {
  'revision-DIGEST.gz': 'nftables',
  'settled.json': 'nftables',
  'iptables-DIGEST.json.gz': 'iptables',
  'settled-iptables.json': 'iptables',
  'fragments-DIGEST.pack': 'both',
  'compiled-OPTIONS.json': 'both',
  'compiled-OPTIONS.gz': 'both',
  'compiled-OPTIONS.changes.gz': 'both',
  'flows.json': 'both',
  'served.json': 'both',
  'served-objects.gz': 'both',
  'served-changes.gz': 'both',
  'lists.gz': 'both',
  'lists.json': 'both',
  'waiting.json': 'both',
  'confirm.json': 'both',
  'unconfirmed.json': 'both',
  'attempt.json': 'both',
  'warnings.json': 'both',
  'sysctls.json': 'both',
};

const kinds = Object.entries(stateFiles).map(([name, backend]) => ({
  pattern: like(name),
  backend,
}));

function like(name: string): RegExp {
  const escaped = name.replaceAll('.', '\\.');
  const digits = escaped.replace('DIGEST', '[0-9a-f]{32}').replace('OPTIONS', '[0-9a-f]{16}');
  return new RegExp(`^${digits}$`);
}

/**
 * Of which backend a file of the state directory says something.
 *
 * @returns undefined for a name that is none of natc's
 */
export const backendOfState = (name: string): BackendName | 'both' | undefined =>
  kinds.find(({ pattern }) => pattern.test(name))?.backend;

/** A state file that is there still, and the system's word for why. */
export interface Unremoved {
  readonly name: string;
  readonly reason: string;
}

/**
 * Removes the files of natc that a backend, or no backend in particular, has in the state directory, and
 * what was being written of them. Files with other names are not natc's.
 *
 * @param isOver whether what a file says something of is gone
 */
export async function forgetState(
  directory: string,
  isOver: (backend: BackendName | 'both', name: string) => boolean,
): Promise<{ readonly removed: readonly string[]; readonly left: readonly Unremoved[] }> {
  const removed: string[] = [];
  const left: Unremoved[] = [];
  for (const name of await listState(directory)) {
    const kept = temporaryOf(name) ?? name;
    const backend = backendOfState(kept);
    if (backend === undefined || !isOver(backend, kept)) continue;
    try {
      await removeState(directory, name);
      removed.push(name);
    } catch (error) {
      left.push({ name, reason: systemErrorText(error) });
    }
  }
  return { removed, left };
}

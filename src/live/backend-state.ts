import type { Backend } from './backend.ts';
import { listState, removeState } from './state-file.ts';

/** The files that say what natc gave to a backend. */
const files: Readonly<Record<Backend, RegExp>> = {
  nftables: /^(settled\.json|revision-.*)$/,
  iptables: /^(settled-iptables\.json|iptables-.*)$/,
};

/** Whether the state directory knows of rules that natc gave to this backend and did not remove since. */
export const hasBackendState = async (directory: string, backend: Backend): Promise<boolean> =>
  (await listState(directory)).some((name) => files[backend].test(name));

/** Forgets them, once the rules are gone. A file that cannot be removed stays: it only costs time. */
export async function forgetBackendState(directory: string, backend: Backend): Promise<void> {
  for (const name of await listState(directory))
    if (files[backend].test(name)) await removeState(directory, name).catch(() => {});
}

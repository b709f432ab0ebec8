import type { KeptLastApply, StoreFollowed } from '../../backends/change-committer.ts';
import type { LiveChange, LiveCompilation } from '../../follow/live-compilation.ts';
import { type ServedService, servedServices } from '../../hold-back/served.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { changeOptions } from '../host-options.ts';

/**
 * The state directory behind a kernel that is changed many times a minute: what natc keeps there has the size
 * of all Services, so that it is written when things are quiet, and at the end. Until then the next natc
 * finds out from the kernel what there is.
 */
export interface StateKeeper {
  /** Notes what was committed, and how to write it. */
  readonly committed: (
    live: LiveCompilation,
    store: StoreFollowed,
    change: Pick<LiveChange, 'services' | 'output'>,
  ) => void;
  /** Everything was written by somebody else, a full apply. */
  readonly written: (last: KeptLastApply) => void;
  /** When to write, by the clock that is given; undefined: there is nothing to write. */
  readonly dueAt: () => number | undefined;
  /** Writes it, under the lock. Where that fails it only costs time, and is tried again later. */
  readonly flush: () => Promise<void>;
}

/** After so long without a change, and at the latest, in milliseconds. */
const quiet = 5000;
const latest = 60_000;

/** Writing takes no more than this part of the time. */
const share = 1 / 20;

/** @param now in milliseconds */
export function makeStateKeeper(flags: ApplyFlags, now: () => number): StateKeeper {
  let last: KeptLastApply | undefined;
  let pending: { readonly live: LiveCompilation; readonly store: StoreFollowed } | undefined;
  let [firstAt, lastAt, notBefore] = [0, 0, 0];
  /** What is served of the Services that changed since everything was written; undefined: nothing any more. */
  const changed = new Map<string, ServedService | undefined>();

  async function write(): Promise<void> {
    if (pending === undefined || last === undefined) return;
    const { live, store } = pending;
    await store(last);
    await keepServed(live);
  }

  /** What the next input is compared with, if it is a list that somebody else made. */
  async function keepServed(live: LiveCompilation): Promise<void> {
    const { loadServed } = await import('../../host/state/served-store.ts');
    const { keepFollowedBelief } = await import('../apply/hold-back.ts');
    const last = await loadServed(flags.stateDir);
    if (last === undefined) return;
    const services = new Map(last.services);
    for (const [name, served] of changed)
      if (served === undefined) services.delete(name);
      else services.set(name, served);
    const served = { node: last.node, services };
    const objectsOf = (name: string) => live.objectsOf([name]);
    await keepFollowedBelief({ last, served }, objectsOf, new Set(changed.keys()), flags);
  }

  return {
    committed: (live, store, { services, output }) => {
      if (pending === undefined) firstAt = now();
      pending = { live, store };
      lastAt = now();
      const served = servedServices(output).services;
      for (const name of services) changed.set(name, served.get(name));
    },
    written: (next) => {
      last = next;
      pending = undefined;
      changed.clear();
    },
    dueAt: () =>
      pending === undefined
        ? undefined
        : Math.max(notBefore, Math.min(lastAt + quiet, firstAt + latest)),
    flush: async () => {
      if (pending === undefined) return;
      const started = now();
      const wasPending = pending;
      const locked = await changeOptions(flags).lock();
      if (locked.kind === 'held') {
        try {
          await write();
          if (pending === wasPending) pending = undefined;
        } catch {
          // A full disk must not keep packets from being routed.
        } finally {
          await locked.lock.release();
        }
      }
      const took = now() - started;
      notBefore = now() + Math.max(quiet, took / share);
    },
  };
}

import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { FollowedKind } from '../../follow/observer.ts';
import type { FollowLog } from './log.ts';

/** Says that the API server is away, how old what the kernel has is, and that it is back. */
export interface AwayWatch {
  readonly heard: (kind: FollowedKind) => void;
  readonly failed: (kind: FollowedKind, diagnostic: Diagnostic) => void;
}

/** A kind that is not followed at the moment. */
interface Away {
  readonly since: number;
  saidAt: number | undefined;
  /** What was said, or what another kind said in its place. */
  message: string;
}

/** While it is away that is said so often, in milliseconds. */
const reminder = 60_000;

/** A watch that is there again sooner was hardly away: that is not said as a warning. */
const shortly = 3000;

/** @param now in milliseconds, by a clock that nobody sets */
export function watchAway(log: FollowLog, now: () => number): AwayWatch {
  /** When each kind was last as the API server has it; undefined: never. */
  const lastHeard = new Map<FollowedKind, number>();
  const away = new Map<FollowedKind, Away>();
  return {
    heard: (kind) => {
      const was = away.get(kind);
      away.delete(kind);
      lastHeard.set(kind, now());
      if (was?.saidAt === undefined) return;
      const seconds = Math.round((now() - was.since) / 1000);
      log.say('info', `${kind}s are followed again, after ${seconds} s`);
    },
    failed: (kind, diagnostic) => {
      const since = lastHeard.get(kind);
      const state: Away = away.get(kind) ?? {
        since: since ?? now(),
        saidAt: undefined,
        message: '',
      };
      away.set(kind, state);
      const isShort = now() - state.since < shortly && !hasErrors([diagnostic]);
      const isSaid = state.saidAt !== undefined && now() - state.saidAt < reminder;
      if (isSaid || (isShort && since !== undefined)) return;
      // A server that cannot be reached fails every kind, in the same words.
      const said = [...away.values()].find(
        ({ saidAt, message }) =>
          saidAt !== undefined && now() - saidAt < reminder && message === diagnostic.message,
      );
      state.message = diagnostic.message;
      state.saidAt = said?.saidAt ?? now();
      if (said !== undefined) return;
      const age = since === undefined ? undefined : Math.round((now() - since) / 1000);
      log.diagnostics([{ ...diagnostic, message: `${diagnostic.message}; ${standing(age)}` }]);
    },
  };
}

const standing = (age: number | undefined): string =>
  age === undefined
    ? 'the kernel keeps what it has'
    : `the kernel keeps what it has, as the API server had it ${age} s ago`;

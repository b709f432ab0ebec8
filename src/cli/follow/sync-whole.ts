import type { FollowedStore } from '../../follow/store.ts';
import type { ApplyStep } from '../../host/change/apply-step.ts';
import { clusterName } from '../../host/cluster/failure.ts';
import { listKinds, listText } from '../../host/cluster/list-text.ts';
import type { Host } from '../../host/machine/host.ts';
import { compareBytes } from '../../plan/order.ts';
import { attempt } from '../apply/attempt.ts';
import { type AppliedInput, applyInWhole } from '../apply/input.ts';
import { inputFingerprint } from '../apply/input-fingerprint.ts';
import type { ApplyFlags } from '../apply/options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { applyDemands, readCompileInput } from '../input/compile-input.ts';
import { stageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { collectOnce } from './collect-garbage.ts';

export interface WholeSync {
  readonly exitCode: ExitCode;
  /** Undefined where it did not get as far as compiling. */
  readonly applied: AppliedInput | undefined;
  /** Milliseconds since 1970; undefined where the kernel held all of it before. */
  readonly committedAt: number | undefined;
  /** Objects of the input. */
  readonly count: number;
}

/**
 * One `natc apply` of all that is known of the cluster, as if it had been listed now: everything is
 * compiled, and everything is done that an apply does.
 */
export async function syncWhole(
  store: FollowedStore,
  host: Host,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<WholeSync> {
  let applied: AppliedInput | undefined;
  let committedAt: number | undefined;
  const texts = textsOf(store);
  const exitCode = await attempt(flags, terminal, async (paths, heard, log) => {
    const { undoFirst } = await import('../apply/undone.ts');
    const failed = await undoFirst(host, heard, log);
    if (failed !== undefined) return failed;
    const list = async () => ({ inputs: [inputOf(texts)], diagnostics: [] });
    const input = await readCompileInput(heard, paths, stageClock(), applyDemands, list);
    const fingerprint = inputFingerprint(input);
    applied = await applyInWhole(host, input, undefined, fingerprint, heard, log, (step) => {
      if (step === 'committed') committedAt = Date.now();
      if (rulesLetGo.has(step)) collectOnce();
    });
    if (applied.outcome?.kind === 'applied') committedAt ??= Date.now();
    return applied.exitCode;
  });
  // What is kept of it is made next, out of all that is there.
  collectOnce();
  return { exitCode, applied, committedAt, count: texts.length };
}

/**
 * At the first the rules are in nft's words and no longer anything else, at the second what compares them with the
 * kernel's is done, at the third they are bytes.
 */
const rulesLetGo: ReadonlySet<string> = new Set<ApplyStep>([
  'locked',
  'kernel-read',
  'state-renamed',
]);

/** In the order of a list from the API server, whose bytes are the same then. */
const textsOf = (store: FollowedStore): readonly string[] =>
  listKinds.flatMap(({ kind }) =>
    [...store.all(kind).values()]
      .sort((a, b) => compareBytes(a.name, b.name))
      .map(({ text }) => text),
  );

const inputOf = (texts: readonly string[]) => ({
  name: clusterName,
  bytes: Buffer.from(listText(texts)),
  // The store has every object's text: this one would be all of them once more.
  textAgain: () => listText(texts),
});

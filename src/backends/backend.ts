import type { CompileOutput } from '../compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AnswersOf, CompareTraffic } from '../diff/planned-side.ts';
import type { Subject } from '../explain/context.ts';
import type { Explanation } from '../explain/explanation.ts';
import type { Question } from '../explain/question.ts';
import type { LiveCompilation } from '../follow/live-compilation.ts';
import type { ApplyOptions } from '../host/change/apply-options.ts';
import type { DryRunOptions, DryRunOutcome } from '../host/change/dry-run.ts';
import type { Leftovers } from '../host/change/leftovers.ts';
import type { AppliedOutcome } from '../host/change/outcome.ts';
import type { Refused, RollbackOptions, RollbackOutcome } from '../host/change/rollback.ts';
import type { Status } from '../host/change/status.ts';
import type { Unchanged } from '../host/change/unchanged.ts';
import type { Host } from '../host/machine/host.ts';
import type { ReadChains } from '../host/machine/kernel-chains.ts';
import type { PendingChange } from '../host/state/confirmation.ts';
import type { Ruleset } from '../nftables/ast.ts';
import type { WrittenRuleset } from '../nftables/canonical/written.ts';
import type { BackendName } from '../options.ts';
import type { FlowService } from '../plan/flows.ts';
import type { Plan } from '../plan/plan.ts';
import type { SurveySubject } from '../reach/survey.ts';
import type { SyncRefusals } from '../serve/record.ts';
import type { ChangeCommitter } from './change-committer.ts';

/**
 * What natc asks of a backend. Every verb loads what it needs when it is called, so that a command pays for
 * one backend, and for the part of it that it uses.
 */
export interface Backend {
  readonly name: BackendName;
  /** The files of the state directory that tell of its rules, as {@link sharedStateFiles} writes names. */
  readonly stateFiles: readonly string[];
  /** What kube-proxy's metrics call a sync that failed through it. */
  readonly syncRefusals: SyncRefusals;

  /** Whether this machine is able to hold its rules. */
  readonly fitness: (host: Host, plan: Plan) => Promise<Fitness>;
  /** Why natc stays with it although the machine is not able to; undefined: it need not. */
  readonly keptTo: (host: Host, stateDirectory: string) => Promise<string | undefined>;
  /** What it tells of rules that natc left in it, and how they go. */
  readonly leftovers: () => Promise<Leftovers>;

  /** Whether it works with the nftables ruleset of a plan; else with the plan alone. */
  readonly takesRuleset: boolean;

  /** What the rules cannot carry of a plan; an error where they cannot serve it at all. */
  readonly limits: (plan: Plan) => Promise<readonly Diagnostic[]>;
  /** Lays a plan out, verifies it and renders it: what `natc compile` prints. */
  readonly render: (output: Pick<CompileOutput, 'plan' | 'ruleset'>) => Promise<string>;
  /**
   * Simulates packets of a plan. Which packets there are to be asked about is read off the nftables ruleset in
   * any case; undefined where that one answers, too.
   */
  readonly answers: () => Promise<AnswersOf | undefined>;
  /** Compares what two plans do to packets. The function is pure, for whoever compares many. */
  readonly compareTraffic: () => Promise<CompareTraffic>;
  /** The rules of two sides as text, so that lines can be compared. */
  readonly texts: (before: TextSide, after: TextSide) => Promise<readonly [string, string]>;
  /** What becomes of a packet, and by which rules. */
  readonly explain: (subject: Subject, question: Question) => Promise<Explanation>;
  /** Whether natc reads rulesets of the kernel or a file back as data, to answer questions about them. */
  readonly isReadBack: boolean;

  /** Loads the rules where nothing else can be changed by them, and says what the kernel has against them. */
  readonly check: (host: Host, output: CompileOutput) => Promise<KernelCheck>;
  /** Observes the kernel, plans the change, commits it, and does what rules alone cannot. */
  readonly apply: (
    host: Host,
    output: CompileOutput,
    options: ApplyOptions,
  ) => Promise<AppliedOutcome>;
  /** The same for a ruleset that was put together of fragments; undefined: only whole plans are applied. */
  readonly applyWritten:
    | ((host: Host, desired: WrittenOutput, options: ApplyOptions) => Promise<AppliedOutcome>)
    | undefined;
  /** What apply would send, with nothing changed. */
  readonly dryRun: (
    host: Host,
    output: CompileOutput,
    options: DryRunOptions,
  ) => Promise<DryRunOutcome>;
  /**
   * Whether the kernel holds what an input was compiled to, by the bytes of the input.
   *
   * @returns undefined where it has to be compiled to know
   */
  readonly unchanged: (
    host: Host,
    stateDirectory: string,
    fingerprint: string,
    setsSysctls: boolean,
    chains: ReadChains,
  ) => Promise<Unchanged | undefined>;
  /** What the kernel holds of natc's, for questions about packets. */
  readonly observe: (host: Host) => Promise<Observed>;
  readonly status: (
    host: Host,
    stateDirectory: string,
  ) => Promise<Status | { readonly refusals: readonly Diagnostic[] }>;
  readonly rollBack: (host: Host, options: RollbackOptions) => Promise<AnyRollback>;
  /** Undoes a change that nobody confirmed, under the lock that the caller holds. */
  readonly undo: (
    host: Host,
    change: PendingChange,
    options: RollbackOptions,
  ) => Promise<AnyRollback>;
  /** Whether the state directory has a revision of this backend's. */
  readonly hasRevision: (stateDirectory: string, digest: string) => Promise<boolean>;
  /** What keeps {@link cleanUp} from telling rules that are not there from rules that it cannot see. */
  readonly missingPrograms: (host: Host) => Promise<Diagnostic | undefined>;
  /** Removes all of natc's rules. */
  readonly cleanUp: (host: Host) => Promise<RemovedRules | Refused>;

  /** Whether a follower has to hold the plan of all Services beside their fragments. */
  readonly followsPlan: boolean;
  /** Brings the changes of a followed cluster to the kernel; undefined where it does not hold what is compiled. */
  readonly committer: (
    live: LiveCompilation,
    host: Host,
    stateDirectory: string,
    now: () => number,
  ) => Promise<ChangeCommitter | undefined>;
}

export type Fitness =
  /** `nft 1.0.6, kernel 6.1.0`. */
  | { readonly kind: 'fit'; readonly reason: string }
  | { readonly kind: 'unfit'; readonly obstacle: string };

/** A backend is made with what natc left in the others: what it has removed when it applies. */
export type MakeBackend = (others: () => Promise<readonly Leftovers[]>) => Backend;

export type AnyRollback = RollbackOutcome<AppliedOutcome>;

/** What was put together of fragments. */
export interface WrittenOutput {
  /** For the origins of its elements, when nft complains about one; it need not be in memory before. */
  readonly ruleset: () => Ruleset;
  readonly written: WrittenRuleset;
  readonly digest: string;
  readonly flowServices: readonly FlowService[];
}

export interface TextSide {
  readonly ruleset: Ruleset;
  /** Undefined for a ruleset that was not compiled. */
  readonly plan: Plan | undefined;
  /** Whether the kernel listed it. */
  readonly isLive: boolean;
}

export interface KernelCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** The version of the program that took the rules to the kernel; undefined when it did not pass. */
  readonly acceptedBy: string | undefined;
}

export type Observed =
  | {
      readonly kind: 'held';
      readonly subject: SurveySubject;
      /** Rules that packets met and that natc does not know, once questions were asked. */
      readonly notUnderstood: () => readonly string[];
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly diagnostics: readonly Diagnostic[] };

export interface RemovedRules {
  readonly kind: 'clean';
  /** What was there, in words; empty when there was nothing to do. */
  readonly removed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

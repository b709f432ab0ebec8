import type { CompileFlags } from './shared-options.ts';
import type { Terminal } from './terminal.ts';

/** What one stage took. */
export interface StageTime {
  readonly stage: string;
  readonly milliseconds: number;
  /** The process's peak until the end of the stage, in MiB. */
  readonly peakMemory: number;
}

/** Measures stages for `--stats`, and says on a terminal which one is running when it takes long. */
export interface StageClock {
  /** Runs a stage; a promise counts until it is settled. */
  readonly run: <T>(stage: string, work: () => T) => T;
  /** What was measured since the last call. */
  readonly take: () => readonly StageTime[];
}

/** How long natc may be at work before it says what it is doing, in milliseconds. */
const patience = 1000;

/** @param progress is told the stage that begins after a second of work; undefined when it ends */
export function stageClock(progress?: (stage: string | undefined) => void): StageClock {
  const started = performance.now();
  const times: StageTime[] = [];
  const run = <T>(stage: string, work: () => T): T => {
    const begin = performance.now();
    const isSlow = begin - started > patience;
    if (isSlow) progress?.(stage);
    const end = () => {
      if (isSlow) progress?.(undefined);
      const peakMemory = process.resourceUsage().maxRSS / 1024;
      times.push({ stage, milliseconds: performance.now() - begin, peakMemory });
    };
    const result = work();
    if (result instanceof Promise) return result.finally(end) as T;
    end();
    return result;
  };
  return { run, take: () => times.splice(0) };
}

/**
 * The clock of a command. Stages do not yield, so that a line can only be written between them: from
 * the first stage on that begins after a second of work. Never off a terminal, nor in CI.
 */
export function commandClock(flags: CompileFlags, { stderr, environment }: Terminal): StageClock {
  const isWatched = stderr.isTerminal && !environment['CI'] && flags.quiet !== true;
  if (!isWatched) return stageClock();
  return stageClock((stage) => {
    const line = stage === undefined ? '' : `natc: ${stage} ...`;
    stderr.progress?.(line);
  });
}

/** Prints what `--stats` asks for: a line for each stage since the last call. */
export async function reportStages(
  clock: StageClock,
  flags: CompileFlags,
  { stderr }: Terminal,
): Promise<void> {
  const times = clock.take();
  if (flags.stats === true) await stderr.write(times.map(formatStage).join(''));
}

const formatStage = ({ stage, milliseconds, peakMemory }: StageTime): string =>
  `${stage.padEnd(10)}${milliseconds.toFixed(0).padStart(8)} ms ${peakMemory.toFixed(0).padStart(7)} MiB\n`;

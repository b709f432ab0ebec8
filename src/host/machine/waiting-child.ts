import type { WaitingPrograms } from './host.ts';
import type { Reaper } from './reaper.ts';
import { type Child, type ChildLimits, endOf, startChild } from './run-child.ts';

/** A program that was started before its input was known, and does nothing until it has it. */
export interface WaitingChild {
  /** As {@link WaitingPrograms} has it. */
  readonly give: WaitingPrograms['ask'];
}

/** @param start undefined where there is no such program */
export function waitingPrograms(start: () => Promise<WaitingChild | undefined>): WaitingPrograms {
  const startAnother = () => start().catch(() => undefined);
  let next: ReturnType<typeof startAnother> | undefined = startAnother();
  return {
    ask: async (stdin, isEnough) => {
      const taken = next ?? startAnother();
      next = undefined;
      const answer = await (await taken)?.give(stdin, isEnough);
      // A start takes milliseconds: not before whoever waits for the answer has it.
      setImmediate(() => {
        next ??= startAnother();
      });
      return answer ?? '';
    },
  };
}

/** Starts it; until it has its input it keeps natc from ending as little as it outlives it. */
export async function startWaiting(
  child: Omit<Child, 'stdin'>,
  limits: ChildLimits,
  reaper: Reaper | undefined,
): Promise<WaitingChild> {
  const { execa } = await import('execa');
  const subprocess = startChild(execa, child, limits, undefined);
  if (subprocess.pid !== undefined) reaper?.started(subprocess.pid);
  const { stdin, stdout, stderr } = subprocess;
  stdin.on('error', () => {});
  const holding = [subprocess, stdin, stdout, stderr].map(holder);
  for (const { unref } of holding) unref();
  return {
    give: (input, isEnough) =>
      new Promise((resolve) => {
        for (const { ref } of holding) ref();
        const printed: Buffer[] = [];
        const text = () => Buffer.concat(printed).toString();
        stdout.on('data', (chunk: Buffer) => {
          printed.push(chunk);
          if (isEnough(text())) resolve(text());
        });
        const whole = { ...child, stdin: input };
        void endOf(subprocess, whole, limits, reaper).then(() => resolve(text()));
        stdin.end(input);
      }),
  };
}

interface Holder {
  readonly ref: () => void;
  readonly unref: () => void;
}

/** What keeps Node's event loop running. Pipes of children can let go of it, which the types of streams do not say. */
function holder(stream: object): Holder {
  const call = (name: 'ref' | 'unref') => (): void => {
    const method: unknown = Reflect.get(stream, name);
    if (typeof method === 'function') method.call(stream);
  };
  return { ref: call('ref'), unref: call('unref') };
}

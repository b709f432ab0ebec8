/** The signals that a natc that follows a cluster takes, one at a time. */
export interface Signals {
  /** What came and nobody took: the end goes before a reading of the configuration. */
  readonly take: () => 'end' | 'reload' | undefined;
  /** Calls back when one comes; another call takes the place of the last. */
  readonly onSignal: (act: () => void) => void;
  readonly release: () => void;
}

/** Handles SIGTERM, SIGINT and SIGHUP in place of whoever did; a second SIGTERM or SIGINT ends at once. */
export function takeSignals(): Signals {
  let ends = 0;
  let isReloading = false;
  let act = (): void => {};
  const end = (): void => {
    ends++;
    if (ends > 1) process.exit(1);
    act();
  };
  const reload = (): void => {
    isReloading = true;
    act();
  };
  const handlers = [
    ['SIGTERM', end],
    ['SIGINT', end],
    ['SIGHUP', reload],
  ] as const;
  const before = handlers.map(([signal]) => process.listeners(signal));
  for (const [signal, handler] of handlers) {
    process.removeAllListeners(signal);
    process.on(signal, handler);
  }
  return {
    take: () => {
      if (ends > 0) return 'end';
      if (!isReloading) return undefined;
      isReloading = false;
      return 'reload';
    },
    onSignal: (next) => {
      act = next;
    },
    release: () => {
      for (const [index, [signal, handler]] of handlers.entries()) {
        process.off(signal, handler);
        for (const listener of before[index] ?? [])
          process.on(signal, listener as NodeJS.SignalsListener);
      }
    },
  };
}

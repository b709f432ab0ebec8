/** Exit statuses, the same table for every command. */
export const exitCodes = {
  success: 0,
  no: 1,
  cannotAnswer: 2,
  hostRefused: 3,
  guardRefused: 4,
  lockTimeout: 5,
  incomplete: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a status means, for `--help` and the reference page. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done, no difference, or delivered',
  1: 'the answer is no: differences or problems found, or the packet is not delivered',
  2: 'cannot answer: usage error, unreadable or invalid input, internal error',
  3: 'the host refused, nothing was changed: nft missing, no permission, rejected by the kernel',
  4: 'a guard refused: nothing was changed, or all but what it holds back',
  5: 'another natc held the lock for too long',
  6: 'applied, but what comes after it failed',
};

/** Statuses of a process ended by a signal, as a shell reports them. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

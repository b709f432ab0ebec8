import { defineConfig } from 'vitest/config';

/** Hours of natc apply under faults: run.mjs starts it, `npm test` does not. */
export default defineConfig({
  test: {
    include: ['test/soak/*.soak.ts'],
    globalSetup: ['scripts/vitest-setup.mjs'],
    testTimeout: 2 ** 31 - 1,
    maxWorkers: 1,
    disableConsoleIntercept: true,
  },
});

import { defineConfig } from 'vitest/config';

/** natc beside a real API server: run.mjs starts it, `npm test` does not. */
export default defineConfig({
  test: {
    include: ['test/cluster/*.cluster.ts'],
    globalSetup: ['scripts/vitest-setup.mjs'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    fileParallelism: false,
    bail: 0,
  },
});

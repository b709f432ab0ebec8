import { defineConfig } from 'vitest/config';

/** natc beside the real kube-proxy: run.mjs starts it, `npm test` does not. */
export default defineConfig({
  test: {
    include: ['test/peer/*.peer.ts'],
    globalSetup: ['scripts/vitest-setup.mjs'],
    testTimeout: 2 ** 31 - 1,
    maxWorkers: 1,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});

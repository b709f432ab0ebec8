import { defineConfig } from 'vitest/config';
import { skipReasons } from './test/support/skip-reasons.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests of the command line run bin/natc.js, which needs dist/.
    globalSetup: ['scripts/vitest-setup.mjs'],
    setupFiles: ['test/support/seed.ts'],
    reporters: ['default', skipReasons],
    // Nothing is judged by the clock: that only ends what hangs, also on a machine with much else to do.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Kernel tests build network namespaces; two workers keep a two-core machine responsive.
    maxWorkers: 2,
    // With --coverage. What only a process of its own runs, such as src/cli/main.ts, does not count.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.cache/natc-coverage',
    },
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests of the command line run bin/natc.js, which needs dist/.
    globalSetup: ['scripts/vitest-setup.mjs'],
    testTimeout: 60_000,
    // Kernel tests build network namespaces; two workers keep a two-core machine responsive.
    maxWorkers: 2,
  },
});

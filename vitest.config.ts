import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // Kernel tests build network namespaces; two workers keep a two-core machine responsive.
    maxWorkers: 2,
  },
});

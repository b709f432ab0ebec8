import { defineConfig } from 'vitest/config';
import { skipReasons } from './test/support/skip-reasons.ts';

/** `npm run test:package`: tests that take minutes, since they build packages and install them. */
export default defineConfig({
  test: {
    include: ['test/package/*.packaging.ts'],
    globalSetup: ['scripts/vitest-setup.mjs'],
    reporters: ['default', skipReasons],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
  },
});

/** Run by vitest before all tests. A failed build is the business of the tests that need it. */
import { isBuildStale, run } from './setup.mjs';

export function setup() {
  if (isBuildStale()) run(process.execPath, ['scripts/build.mjs']);
}

/**
 * `npm run soak -- --minutes N [--seed N]`: natc apply on a node where everything goes wrong at once:
 * random worlds, kills, nft that fails, a full disk, other people's edits, two applies at a time, and live
 * traffic. Needs what the kernel tests need.
 */
import { parseArgs } from 'node:util';
import { buildIfStale, run } from '../../scripts/setup.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
if (!(Number(values.minutes) > 0) || !Number.isInteger(Number(values.seed))) {
  console.error('npm run soak: --minutes must be a number, --seed a whole one');
  process.exit(2);
}
buildIfStale();
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/soak/vitest.config.ts'];
const environment = { NATC_SOAK_MINUTES: values.minutes, NATC_SEED: values.seed };
process.exit(run(process.execPath, vitest, environment));

/** Run before each test file: with NATC_SEED, every random test draws what it drew the last time. */
import fc from 'fast-check';

const seed = process.env['NATC_SEED'];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });

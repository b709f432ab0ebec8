import { setFlagsFromString } from 'node:v8';

/**
 * Has the compiler of Node 20 look longer at a function before it optimizes it. Most of natc's time is
 * spread over hundreds of functions that are done before optimized code pays for its making, on other
 * threads: a quarter of the processor time of compiling 5,000 Services. Long work loses nothing, for a
 * busy function is optimized some ten milliseconds later.
 *
 * Later versions of Node do not know the flag, and have a quick compiler for such functions.
 */
export function optimizeLater(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=600000');
}

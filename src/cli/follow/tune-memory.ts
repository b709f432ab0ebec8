import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage when the heap has grown by a seventh, and not only when it has doubled: a natc that
 * follows a cluster runs for weeks beside what the node is there for (docs/performance.md). Processor time pays
 * for it. Must come before the work.
 */
export function tuneMemory(): void {
  setFlagsFromString('--heap-growing-percent=15');
}

import type { Options } from 'execa';

/**
 * What execa would add of its own stays out: natc's environment, programs beside the package, messages that
 * NODE_DEBUG asks for. Each child has a process group of its own, so that it is stopped with all that it started,
 * and no signal of a terminal reaches it. What natc leaves running the reaper ends, since natc may be gone by kill -9.
 */
export const childOptions = {
  extendEnv: false,
  preferLocal: false,
  verbose: 'none',
  reject: false,
  detached: true,
  cleanup: false,
} as const satisfies Options;

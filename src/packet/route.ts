/**
 * `input`: to a process of this node; `forward`: out again; `output`: made here; `loopback`: made here
 * and for here, so it comes in once more; `martian`: the kernel drops it, because loopback addresses
 * stay on the loopback.
 */
export type Route = 'input' | 'forward' | 'output' | 'loopback' | 'martian';

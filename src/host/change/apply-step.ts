/**
 * The points of an apply after which a crash leaves something different behind, in their order. Named
 * so that tests can end the process at each of them.
 */
export type ApplyStep =
  | 'locked'
  | 'kernel-read'
  | 'state-written'
  | 'state-renamed'
  | 'committed'
  | 'affinity-retired'
  | 'connections-cleaned'
  | 'marked-done';

export type OnStep = (step: ApplyStep) => void;

export const noSteps: OnStep = () => {};

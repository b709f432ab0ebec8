import { counted } from '../../diagnostics/summary.ts';

/** `3 chains added`; nothing for none. */
export const someOf = (count: number, noun: string, done: string): readonly string[] =>
  count > 0 ? [`${counted(count, noun)} ${done}`] : [];

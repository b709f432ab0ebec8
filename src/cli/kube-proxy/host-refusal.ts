import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** Whether there is no answer since the kernel, or this user, has none. */
export const isHostRefusal = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ code }) => ['NATC5001', 'NATC5002', 'NATC4307', 'NATC4308'].includes(code));

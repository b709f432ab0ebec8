import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** The lock cannot be taken, for another reason than that somebody holds it. */
export const noLock = (reason: string | Diagnostic): Diagnostic =>
  typeof reason === 'string'
    ? {
        code: 'NATC5020',
        severity: 'error',
        message: `no lock: ${reason}`,
        places: [],
        hint: 'run natc as root; it needs flock (package util-linux) and a directory it can write (--state-dir)',
      }
    : reason;

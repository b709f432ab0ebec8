import type { DiagnosticCode } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** What stands for a file's name where the objects come from a cluster. */
export const clusterName = '<cluster>';

/** An error about the cluster, as every one of them looks. */
export const clusterFailure = (
  code: DiagnosticCode,
  message: string,
  hint?: string,
): Diagnostic => ({
  code,
  severity: 'error',
  message,
  places: [{ kind: 'file', name: clusterName }],
  ...(hint !== undefined && { hint }),
});

const longest = 400;

/** What another program said, as one line that fits into a message. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}...` : line;
}

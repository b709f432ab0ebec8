import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/**
 * Keeps a broken input from emptying a node: kubectl that lost its permissions lists nothing, and says
 * so only on its stderr.
 *
 * @param before the names of the Services that the kernel serves
 * @param maxRemovals the part of them, in percent, that one apply may remove
 * @returns what stands against the change; empty when nothing does
 */
export function guardServices(
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  maxRemovals: number,
): readonly Diagnostic[] {
  if (after.size === 0) {
    return [
      {
        code: 'NATC5024',
        severity: 'error',
        message: `the input has no Service to serve; the kernel serves ${before.size}`,
        places: [],
        hint: 'if that is meant: natc apply --allow-mass-removal, or natc cleanup',
      },
    ];
  }
  const removed = [...before].filter((name) => !after.has(name));
  if (removed.length * 100 <= before.size * maxRemovals) return [];
  const examples = removed.slice(0, 3).join(', ');
  const more = removed.length > 3 ? ` and ${removed.length - 3} more` : '';
  return [
    {
      code: 'NATC5025',
      severity: 'error',
      message: `${removed.length} of ${before.size} Services would be removed, more than ${maxRemovals} %: ${examples}${more}`,
      places: [],
      hint: 'if they shall go: natc apply --allow-mass-removal, or a larger --max-removals',
    },
  ];
}

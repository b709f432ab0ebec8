/**
 * The words of a failed system call, without its code and path: Node's message is
 * `ENOENT: no such file or directory, open '/a/b'`.
 */
export function systemErrorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z0-9]+: (.*?)(?:, \w+(?: '.*)?)?$/.exec(message)?.[1] ?? message;
}

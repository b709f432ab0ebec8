/** The bytes of the files, directories and stdin (`-`) that the user named. */
export async function readInputs(paths: readonly string[]) {
  const { collectInputs, readLimited } = await import('../read/inputs.ts');
  return collectInputs(paths, () => readLimited(process.stdin));
}

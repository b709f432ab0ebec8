/**
 * The files of the state directory that tell of natc's tables; see {@link sharedStateFiles} for how they are
 * written.
 */
export const nftablesFiles: readonly string[] = ['revision-DIGEST.gz', 'settled.json'];

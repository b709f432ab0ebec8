/**
 * The files of the state directory that tell of natc's chains; see {@link sharedStateFiles} for how they are
 * written.
 */
export const iptablesFiles: readonly string[] = [
  'iptables-DIGEST.json.gz',
  'settled-iptables.json',
];

import type { CodeEntry } from './entry.ts';

/** NATC2xxx about natc.yaml. Codes are never reused. */
export const configurationCodes = {
  NATC2095: {
    title: 'not one NatcConfiguration',
    explanation:
      "natc's own configuration, natc.yaml or the file of --natc-config, holds exactly one object of kind NatcConfiguration, version natc.dev/v1alpha1. The configuration of a kube-proxy is given with --config.",
    remedy: 'Begin the file with `apiVersion: natc.dev/v1alpha1` and `kind: NatcConfiguration`.',
  },
  NATC2096: {
    title: 'unknown key of NatcConfiguration',
    explanation:
      'The configuration has a key that natc does not know. It is refused, since a setting with a typing mistake in it would silently not be set.',
    remedy: 'Correct the spelling, or remove the key. docs/configuration.md lists them.',
  },
  NATC2097: {
    title: 'natc.yaml that others may write',
    explanation:
      'A natc.yaml that is found, not named, counts only where nobody else could have put or changed it: it could name other manifests, or a kubeconfig whose programs would run. File and directory must belong to root or the user who runs natc; for root, nobody else may write them or the working directory.',
    remedy:
      'Name it with --natc-config if you trust it, give it and its directory another owner or mode, or leave it with --no-natc-config.',
  },
  NATC2098: {
    title: 'keys that exclude each other',
    explanation:
      'natc compiles either what the files say or what the API server lists, so filename and fromCluster cannot both be set.',
    remedy: 'Leave one; the other can be given on the command line, which wins.',
  },
} as const satisfies Record<string, CodeEntry>;

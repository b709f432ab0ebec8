import type { CodeEntry } from './entry.ts';

/** NATC2xxx about natc.yaml. Codes are never reused. */
export const configurationCodes = {
  NATC2060: {
    title: 'nothing to ignore',
    explanation:
      'An entry of ignore in natc.yaml, or a line of the annotation natc.dev/ignore, names a finding that there is not: it was put right, or is told of another object. Left there it would hide the next one. Findings of the machine (NATC4xxx, NATC5xxx) may come and go, and are not told.',
    remedy: 'Remove the entry, or name the object as the message has it after "object:".',
  },
  NATC2061: {
    title: 'ignored without a reason',
    explanation: 'Whoever reads it next cannot tell whether what was ignored is still harmless.',
    remedy: 'Give a reason, after the code in the annotation or as `reason` in natc.yaml.',
  },
  NATC2062: {
    title: 'what cannot be ignored',
    explanation:
      'Errors are never ignored, nor what the API server would refuse, what natc could not read, holds back or undid. What an object does to others (addresses and ports that it claims, endpoints that are no pods) an annotation of that object cannot silence, only natc.yaml.',
    remedy: 'Put right what it is about, or let whoever keeps natc.yaml decide.',
  },
  NATC2063: {
    title: 'not understood what to ignore',
    explanation:
      'An entry of ignore names a diagnostic code, and perhaps an object as messages name it (`Service shop/web`, with * for any text). A line of the annotation natc.dev/ignore begins with one code; the rest of the line is the reason.',
    remedy: 'Correct the code or the object. natc explain-code says whether a code exists.',
  },
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
